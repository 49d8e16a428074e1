namespace Edge.Generators.Wire;

internal enum FieldKind
{
    Integer,
    Bits,
    Bytes,
    Nested,
    Tail,
}

/// <summary>How a length-prefixed or rest-of-buffer tail is measured; <see cref="LengthField"/> null means the rest.</summary>
internal sealed record TailModel(string? LengthField, int Unit, bool FromStart, int MinLength);

/// <summary>An argument of <c>Write</c>.</summary>
internal sealed record ParameterModel(string Type, string Name);

/// <summary>The type of a nested message, as far as the outer message's text depends on it.</summary>
internal sealed record NestedModel(string Type, bool HasConstants, EquatableArray<ParameterModel> Parameters);

/// <summary>
/// One field. <see cref="Offset"/> and <see cref="Width"/> are bytes from the start of the message; for a bit field they are those of its word,
/// and <see cref="Shift"/> and <see cref="BitCount"/> place it there.
/// </summary>
internal sealed record FieldModel(
    string Name,
    string Access,
    string Type,
    FieldKind Kind,
    int Offset,
    int Width,
    int Shift,
    int BitCount,
    bool IsEnum,
    bool IsBool,
    ulong? Constant,
    EquatableArray<byte>? Magic,
    bool Reserved,
    bool Optional,
    bool Secret,
    bool Address,
    TailModel? Tail,
    NestedModel? Nested)
{
    public int End => Offset + Width;

    /// <summary>The caller gives no value for it: constant, magic or reserved.</summary>
    public bool IsFixedValue => Constant is not null || Magic is not null || Reserved;
}

/// <summary>Everything the text of one message depends on, and nothing else: no symbol, syntax node or location.</summary>
internal sealed record MessageModel(
    string Namespace,
    string Name,
    int Size,
    int MinSize,
    bool BigEndian,
    bool Exact,
    EquatableArray<FieldModel> Fields);

/// <summary>What a declaration gave: a message, or what is wrong with it.</summary>
internal sealed record Declaration(MessageModel? Message, EquatableArray<Fault> Faults);
