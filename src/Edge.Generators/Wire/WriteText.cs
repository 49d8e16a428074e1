using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Wire;

/// <summary>
/// The writing half of a message: <c>Write</c> with one argument a field; <c>WriteHeader</c>, the fixed part alone, where tails are filled in place;
/// <c>Writer</c>, for patching single fields.
/// </summary>
internal static class WriteText
{
    private const string Span = "scoped global::System.ReadOnlySpan<byte>";

    public static void Append(CodeText code, MessageModel message)
    {
        var tails = message.Fields.Where(f => f.Kind == FieldKind.Tail).ToArray();
        if (tails.Length > 0)
            Whole(code, message, tails);
        Fixed(code, message, tails.Length > 0 ? "WriteHeader" : "Write");
        Writer(code, message);
    }

    /// <summary>The arguments that give the fixed part; without <paramref name="lengths"/>, those that tails imply are left out.</summary>
    public static EquatableArray<ParameterModel> Parameters(IReadOnlyCollection<FieldModel> fields, bool lengths)
    {
        var implied = fields.Where(f => f.Tail?.LengthField is not null).Select(f => f.Tail!.LengthField).ToArray();
        var parameters = new List<ParameterModel>();
        foreach (var field in fields.Where(f => !f.IsFixedValue && f.Kind != FieldKind.Tail && (lengths || !implied.Contains(f.Name))))
        {
            if (field.Nested is { } nested)
                parameters.AddRange(nested.Parameters.Select(p => p with { Name = NestedName(field, p) }));
            else
                parameters.Add(new ParameterModel(field.Kind == FieldKind.Bytes ? Span : field.Type, Name(field)));
        }
        return new EquatableArray<ParameterModel>([.. parameters]);
    }

    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    private static string Name(FieldModel field)
    {
        var name = Camel(field.Name);
        return SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
    }

    private static string NestedName(FieldModel field, ParameterModel parameter)
    {
        var inner = parameter.Name.TrimStart('@');
        return Camel(field.Name) + char.ToUpperInvariant(inner[0]) + inner.Substring(1);
    }

    private static void Whole(CodeText code, MessageModel message, FieldModel[] tails)
    {
        var parameters = Parameters(message.Fields, lengths: false).Select(p => $"{p.Type} {p.Name}")
            .Concat(tails.Select(t => $"{Span} {Name(t)}"));
        code.Line();
        code.Line("/// <summary>Writes the whole message and returns its length in bytes; throws <see cref=\"ArgumentException\"/> when it does not fit.</summary>");
        code.Block($"public static int Write(Span<byte> buffer, {string.Join(", ", parameters)})", () =>
        {
            var end = "Size";
            foreach (var tail in tails)
            {
                var next = Camel(tail.Name) + "End";
                code.Line($"var {next} = {end} + {Name(tail)}.Length;");
                end = next;
            }
            code.Line($"WireFault.IfShorter(buffer, {end}, nameof({message.Name}));");
            code.Line($"WriteHeader({string.Join(", ", HeaderArguments(message, tails))});");
            var start = "Size";
            foreach (var tail in tails)
            {
                code.Line($"{Name(tail)}.CopyTo(buffer[{start}..]);");
                start = Camel(tail.Name) + "End";
            }
            code.Line($"return {end};");
        });
    }

    private static IEnumerable<string> HeaderArguments(MessageModel message, FieldModel[] tails)
    {
        yield return "buffer";
        foreach (var field in message.Fields.Where(f => !f.IsFixedValue && f.Kind != FieldKind.Tail))
        {
            if (tails.FirstOrDefault(t => t.Tail!.LengthField == field.Name) is { Tail: { } tail } owner)
            {
                var bytes = tail.FromStart ? Camel(owner.Name) + "End" : $"{Name(owner)}.Length";
                yield return $"({field.Type})WireFault.Length({bytes}, {tail.Unit}, {WordText.Hex(WordText.Most(field))}, \"{Camel(owner.Name)}\")";
            }
            else if (field.Nested is { } nested)
            {
                foreach (var parameter in nested.Parameters)
                    yield return NestedName(field, parameter);
            }
            else
            {
                yield return Name(field);
            }
        }
    }

    private static void Fixed(CodeText code, MessageModel message, string name)
    {
        var parameters = string.Concat(Parameters(message.Fields, lengths: true).Select(p => $", {p.Type} {p.Name}"));
        var what = name == "Write" ? "Writes the message" : "Writes the fixed part, for tails that are filled in place,";
        code.Line();
        code.Line($"/// <summary>{what} and returns <see cref=\"Size\"/>; throws <see cref=\"ArgumentException\"/> when it does not fit.</summary>");
        code.Block($"public static int {name}(Span<byte> buffer{parameters})", () =>
        {
            code.Line($"WireFault.IfShorter(buffer, Size, nameof({message.Name}));");
            foreach (var word in message.Fields.Where(f => f.Kind != FieldKind.Tail).GroupBy(f => f.Offset))
                WriteWord(code, message, [.. word]);
            code.Line("return Size;");
        });
    }

    /// <summary>One field, or all bit fields of one word.</summary>
    private static void WriteWord(CodeText code, MessageModel message, FieldModel[] word)
    {
        var field = word[0];
        if (field.Kind == FieldKind.Bits)
        {
            foreach (var bits in word.Where(f => !f.IsFixedValue))
                AssertRange(code, bits, Name(bits));
            var parts = word.Where(f => !f.Reserved).Select(f => WordText.InPlace(f, ValueOf(f))).ToArray();
            var value = parts.Length == 0 ? "0" : $"({WordText.Carrier(field)})({string.Join(" | ", parts)})";
            code.Line(WordText.Write(field, message.BigEndian, "buffer", value));
            return;
        }
        code.Line(field switch
        {
            { Nested: { } nested } => $"{nested.Type}.Write({string.Join(", ", nested.Parameters.Select(p => NestedName(field, p)).Prepend(At(field)))});",
            { Kind: FieldKind.Bytes, Reserved: true } => $"{At(field)}.Clear();",
            { Magic: { } magic } => $"((ReadOnlySpan<byte>)[{string.Join(", ", magic.Select(b => WordText.Hex(b)))}]).CopyTo({At(field)});",
            { Kind: FieldKind.Bytes } => $"WireFault.Copy({Name(field)}, {At(field)}, nameof({Name(field)}));",
            { Reserved: true } or { Constant: not null } => WordText.Write(field, message.BigEndian, "buffer", WordText.Hex(field.Constant ?? 0)),
            _ => WordText.Write(field, message.BigEndian, "buffer", WordText.Whole(field, Name(field))),
        });
    }

    private static string ValueOf(FieldModel field) => field.Constant is { } constant ? WordText.Hex(constant) : Name(field);

    private static string At(FieldModel field) => $"buffer.Slice({field.Offset}, {field.Width})";

    private static void AssertRange(CodeText code, FieldModel field, string value)
    {
        if (!field.IsBool && field.BitCount < field.Width * 8)
            code.Line($"Debug.Assert(({(field.Width == 8 ? "ulong" : "uint")}){value} <= {WordText.Mask(field)}, \"{field.Name} has {field.BitCount} bits\");");
    }

    private static void Writer(CodeText code, MessageModel message)
    {
        code.Line();
        code.Line("/// <summary>Changes single fields of a message in place, without checking that it is one.</summary>");
        code.Block("public readonly ref struct Writer", () =>
        {
            code.Line("private readonly Span<byte> _bytes;");
            code.Line();
            code.Line("/// <summary>Throws <see cref=\"ArgumentException\"/> when the fixed part does not fit.</summary>");
            code.Block("public Writer(Span<byte> buffer)", () =>
            {
                code.Line($"WireFault.IfShorter(buffer, Size, nameof({message.Name}));");
                code.Line("_bytes = buffer;");
            });
            foreach (var field in message.Fields.Where(f => !f.IsFixedValue && f.Kind != FieldKind.Tail && f.Access != "private"))
                WriterProperty(code, message, field);
        });
    }

    private static void WriterProperty(CodeText code, MessageModel message, FieldModel field)
    {
        code.Line();
        if (field.Nested is { } nested)
        {
            code.Line($"public {nested.Type}.Writer {field.Name} => new(_bytes.Slice({field.Offset}, {field.Width}));");
            return;
        }
        if (field.Kind == FieldKind.Bytes)
        {
            code.Line($"public Span<byte> {field.Name} => _bytes.Slice({field.Offset}, {field.Width});");
            return;
        }
        code.Block($"{field.Access} {field.Type} {field.Name}", () =>
        {
            code.Line($"get => {WordText.Get(field, message.BigEndian, "_bytes")};");
            if (field.Kind != FieldKind.Bits)
            {
                code.Line($"set => {WordText.Write(field, message.BigEndian, "_bytes", WordText.Whole(field, "value"))}");
                return;
            }
            code.Block("set", () =>
            {
                AssertRange(code, field, "value");
                var word = WordText.Read(field, message.BigEndian, "_bytes");
                var merged = $"({WordText.Carrier(field)})(({word} & {WordText.OtherBits(field)}) | {WordText.InPlace(field, "value")})";
                code.Line(WordText.Write(field, message.BigEndian, "_bytes", merged));
            });
        });
    }
}
