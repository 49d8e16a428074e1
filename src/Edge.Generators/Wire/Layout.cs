using Microsoft.CodeAnalysis;

namespace Edge.Generators.Wire;

/// <summary>Gives each field its place, in the order of declaration, and says what does not fit.</summary>
internal sealed class Layout(bool bigEndian, IReadOnlyList<ISymbol> types, List<Fault> faults)
{
    private readonly List<(FieldDraft Draft, int Count)> _bits = [];
    private int _bitTotal;
    private string? _firstTail, _restTail, _firstOptional;

    public List<FieldModel> Fields { get; } = [];

    /// <summary>Bytes of the whole fixed part.</summary>
    public int Size { get; private set; }

    /// <summary>Bytes of the fixed part without its optional fields.</summary>
    public int MinSize { get; private set; }

    public void Add(FieldDraft draft)
    {
        if (draft.Unseen is { } unseen)
            Report(draft.At(unseen), WireRules.UnseenArgument, draft.Name);
        if (draft.Bits is not null)
        {
            AddBits(draft);
            return;
        }
        CloseBits();
        if (draft.Tail is not null)
            AddTail(draft);
        else if (InOrder(draft))
            AddFixed(draft);
    }

    public void Finish() => CloseBits();

    private void AddFixed(FieldDraft draft)
    {
        if (draft.IsSpan)
        {
            var magic = MagicOf(draft);
            var width = magic?.Count ?? FieldDraft.FirstInt(draft.Bytes);
            if (draft.Const is not null)
                Report(draft.At(draft.Const), WireRules.BadConstant, draft.Name, "is for integers: bytes take [Magic]");
            else if (width <= 0)
                Report(draft.Location, WireRules.NoWidth, draft.Name, "[Bytes(n)] or [Magic(...)] for a fixed array, [Tail] for a variable one");
            else
                Place(Model(draft, FieldKind.Bytes, width) with { Magic = magic });
        }
        else if (draft.IntegerWidth > 0)
        {
            AddInteger(draft);
        }
        else if (MessageAttributeOf(draft.Type) is { } attribute)
        {
            var (nested, size, why) = DeclarationReader.ReadNested((INamedTypeSymbol)draft.Type, attribute, types);
            if (nested is null)
                Report(draft.Location, WireRules.BadNested, draft.Name, draft.Type.Name, why!);
            else
                Place(Model(draft, FieldKind.Nested, size) with { Nested = nested });
        }
        else
        {
            Report(draft.Location, WireRules.UnsupportedType, draft.Name, draft.Type.ToDisplayString());
        }
    }

    private void AddInteger(FieldDraft draft)
    {
        var width = draft.IntegerWidth;
        if (draft.Bytes is not null)
        {
            if (draft.Type.SpecialType != SpecialType.System_UInt32 || FieldDraft.FirstInt(draft.Bytes) != 3)
                Report(draft.At(draft.Bytes), WireRules.NoWidth, draft.Name, "on an integer only [Bytes(3)] uint is known");
            width = 3;
        }
        Place(Model(draft, FieldKind.Integer, width) with { Constant = ConstantOf(draft, width * 8) });
    }

    private void AddBits(FieldDraft draft)
    {
        var count = FieldDraft.FirstInt(draft.Bits);
        if (!InOrder(draft))
            return;
        if (draft.Optional)
            Report(draft.Location, WireRules.BadOptional, draft.Name, "a bit field is part of a word");
        else if (draft.IntegerWidth is 0 or 16)
            Report(draft.Location, WireRules.UnsupportedType, draft.Name, draft.Type.ToDisplayString());
        else if (count < 1 || count > (draft.IsBool ? 1 : draft.IntegerWidth * 8))
            Report(draft.At(draft.Bits), WireRules.BadBits, draft.Name, $"{count} bits do not fit {draft.Type.ToDisplayString()}");
        else
            Gather(draft, count);
    }

    private void Gather(FieldDraft draft, int count)
    {
        _bits.Add((draft, count));
        _bitTotal += count;
        if (_bitTotal > 64)
        {
            Report(draft.At(draft.Bits), WireRules.BadBits, draft.Name, $"they overlap the end of a 64-bit word by {_bitTotal - 64}");
            _bits.Clear();
            _bitTotal = 0;
        }
        else if (_bitTotal is 8 or 16 or 24 or 32 or 64)
        {
            CloseBits();
        }
    }

    private void CloseBits()
    {
        if (_bits.Count == 0)
            return;
        if (_bitTotal is not (8 or 16 or 24 or 32 or 64))
        {
            var (last, _) = _bits[_bits.Count - 1];
            Report(last.At(last.Bits), WireRules.BadBits, last.Name, $"they make {_bitTotal} bits, not a word of 8, 16, 24, 32 or 64");
        }
        else
        {
            var used = 0;
            foreach (var (draft, count) in _bits)
            {
                Fields.Add(Model(draft, FieldKind.Bits, _bitTotal / 8) with
                {
                    Shift = bigEndian ? _bitTotal - used - count : used,
                    BitCount = count,
                    Constant = ConstantOf(draft, count),
                });
                used += count;
            }
            Size += _bitTotal / 8;
            MinSize = Size;
        }
        _bits.Clear();
        _bitTotal = 0;
    }

    private void AddTail(FieldDraft draft)
    {
        var attribute = draft.Tail!;
        var length = attribute.ConstructorArguments.FirstOrDefault().Value as string;
        var tail = new TailModel(
            length,
            FieldDraft.Named(attribute, "Unit", 1),
            FieldDraft.Named(attribute, "FromStart", false),
            FieldDraft.Named(attribute, "MinLength", 0));
        if (!draft.IsSpan)
            Report(draft.Location, WireRules.UnsupportedType, draft.Name, draft.Type.ToDisplayString());
        if (_restTail is not null)
            Report(draft.Location, WireRules.TailNotLast, draft.Name, _restTail, "that one takes the rest of the buffer");
        if (draft.Optional || (length is not null && _firstOptional is not null))
            Report(draft.Location, WireRules.BadOptional, draft.Name, "only a rest-of-buffer tail goes with optional fields, and it may be empty anyway");
        if (draft.Const is not null || draft.Magic is not null || draft.Bytes is not null || draft.Reserved)
            Report(draft.Location, WireRules.BadConstant, draft.Name, "makes no sense: a tail has no fixed width or value");
        if (length is not null)
            CheckLengthField(draft, length);
        if (tail.Unit < 1 || tail.MinLength < 0)
            Report(draft.At(attribute), WireRules.NoWidth, draft.Name, "Unit is at least 1, MinLength at least 0");

        _firstTail ??= draft.Name;
        if (length is null)
            _restTail = draft.Name;
        Fields.Add(Model(draft, FieldKind.Tail, 0) with { Tail = tail });
    }

    private void CheckLengthField(FieldDraft draft, string length)
    {
        var field = Fields.Find(f => f.Name == length);
        var why = field switch
        {
            null => "is no field before it",
            { Kind: not (FieldKind.Integer or FieldKind.Bits) } or { IsEnum: true } or { IsBool: true } => "is no integer",
            { IsFixedValue: true } => "is constant or reserved",
            { Kind: FieldKind.Integer, Width: > 4 } or { BitCount: > 32 } => "has more than 32 bits",
            _ => Fields.Exists(f => f.Tail?.LengthField == length) ? "is that of another tail already" : null,
        };
        if (why is not null)
            Report(draft.At(draft.Tail), WireRules.BadLengthField, draft.Name, length, why);
    }

    /// <summary>A fixed field stands before every tail, and a required one before every optional one.</summary>
    private bool InOrder(FieldDraft draft)
    {
        if (_firstTail is not null)
        {
            Report(draft.Location, WireRules.TailNotLast, draft.Name, _firstTail, "the fixed part comes first");
            return false;
        }
        if (draft.Optional)
            _firstOptional ??= draft.Name;
        else if (_firstOptional is not null)
            Report(draft.Location, WireRules.BadOptional, draft.Name, $"'{_firstOptional}' before it is optional, so this one is too");
        return true;
    }

    private void Place(FieldModel field)
    {
        if (field.Optional && field.IsFixedValue)
            faults.Add(Fault.At(types[types.Count - 1].Locations[0], WireRules.BadOptional, field.Name, "a constant or reserved field cannot be optional"));
        Fields.Add(field);
        Size += field.Width;
        if (!field.Optional)
            MinSize = Size;
    }

    private FieldModel Model(FieldDraft draft, FieldKind kind, int width) => new(
        draft.Name,
        Access(draft.Property.DeclaredAccessibility),
        draft.TypeName,
        kind,
        Size,
        width,
        Shift: 0,
        BitCount: 0,
        draft.IsEnum,
        draft.IsBool,
        Constant: null,
        Magic: null,
        draft.Reserved,
        draft.Optional,
        draft.Secret,
        draft.Address,
        Tail: null,
        Nested: null);

    private static EquatableArray<byte>? MagicOf(FieldDraft draft)
    {
        if (draft.Magic is not { ConstructorArguments: [{ Kind: TypedConstantKind.Array } bytes] })
            return null;
        return new EquatableArray<byte>([.. bytes.Values.Select(v => v.Value is byte b ? b : (byte)0)]);
    }

    private ulong? ConstantOf(FieldDraft draft, int bits)
    {
        if (draft.Magic is not null)
            Report(draft.At(draft.Magic), WireRules.BadConstant, draft.Name, "is for spans: integers take [Const]");
        if (draft.Const is not { ConstructorArguments: [{ } constant] })
            return null;
        ulong? value = constant.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum
            ? constant.Value switch
            {
                sbyte or short or int or long => Convert.ToInt64(constant.Value) is >= 0 and var whole ? (ulong)whole : null,
                byte or ushort or uint or ulong => Convert.ToUInt64(constant.Value),
                _ => null,
            }
            : null;
        if (value is null || draft.IsBool || bits > 64)
            Report(draft.At(draft.Const), WireRules.BadConstant, draft.Name, "must be an unsigned integer or enum value of at most 64 bits");
        else if (bits < 64 && value >> bits != 0)
            Report(draft.At(draft.Const), WireRules.BadConstant, draft.Name, $"needs more than its {bits} bits");
        return value;
    }

    private void Report(Location place, DiagnosticDescriptor rule, params string[] words) => faults.Add(Fault.At(place, rule, words));

    private static AttributeData? MessageAttributeOf(ITypeSymbol type) =>
        type.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == DeclarationReader.MessageAttribute);

    private static string Access(Accessibility access) => access switch
    {
        Accessibility.Public => "public",
        Accessibility.Internal => "internal",
        _ => "private",
    };
}
