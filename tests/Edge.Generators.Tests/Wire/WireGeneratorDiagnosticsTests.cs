namespace Edge.Generators.Tests.Wire;

public sealed class WireGeneratorDiagnosticsTests
{
    private const string Usings = "namespace N;\nusing Edge.Foundation.Wire;\n";

    [Test]
    [Arguments("[WireMessage(1)] readonly ref struct M { }", "EDGEW001 at M: 'M' must be partial: the generator writes its other half")]
    [Arguments("[WireMessage(1)] readonly partial struct M { public partial byte A { get; } }", "EDGEW002 at M: 'M' must be a readonly ref struct: it is a view over bytes that it does not own")]
    [Arguments("[WireMessage(1)] ref partial struct M { public partial byte A { get; } }", "EDGEW002 at M: 'M' must be a readonly ref struct: it is a view over bytes that it does not own")]
    [Arguments("class C { [WireMessage(1)] readonly ref partial struct M { public partial byte A { get; } } }", "EDGEW003 at M: 'M' must be a top-level struct in a namespace, without type parameters")]
    [Arguments("[WireMessage(1)] readonly ref partial struct M<T> { public partial byte A { get; } }", "EDGEW003 at M: 'M' must be a top-level struct in a namespace, without type parameters")]
    public async Task The_struct_has_the_wrong_shape(string source, string fault) => await Expect(source, fault);

    [Test]
    public async Task The_declared_size_is_not_the_sum() => await Expect(
        "[WireMessage(8)] readonly ref partial struct M { public partial uint A { get; } public partial ushort B { get; } }",
        "EDGEW004 at WireMessage(8): 'M' is declared with 8 bytes, its fields make 6");

    [Test]
    [Arguments("public partial int A { get; }", "int")]
    [Arguments("public partial string A { get; }", "string")]
    [Arguments("public partial System.Span<byte> A { get; }", "System.Span<byte>")]
    [Arguments("public partial System.DayOfWeek A { get; }", "System.DayOfWeek")]
    [Arguments("[Bits(4)] public partial System.UInt128 A { get; }", "System.UInt128")]
    [Arguments("[Tail] public partial byte A { get; }", "byte")]
    public async Task A_field_has_an_unsupported_type(string field, string type) => await Expect(
        $"[WireMessage(4)] readonly ref partial struct M {{ {field} }}",
        $"EDGEW005 at A: 'A' has type '{type}'; a wire field is byte, ushort, uint, ulong, UInt128, bool, an unsigned enum, ReadOnlySpan<byte> or a wire message");

    [Test]
    [Arguments("[Bits(9)] public partial byte A { get; }", "Bits(9): bit fields at 'A': 9 bits do not fit byte")]
    [Arguments("[Bits(0)] public partial byte A { get; }", "Bits(0): bit fields at 'A': 0 bits do not fit byte")]
    [Arguments("[Bits(2)] public partial bool A { get; }", "Bits(2): bit fields at 'A': 2 bits do not fit bool")]
    [Arguments("[Bits(3)] public partial byte A { get; } public partial byte B { get; }", "Bits(3): bit fields at 'A': they make 3 bits, not a word of 8, 16, 24, 32 or 64")]
    [Arguments("[Bits(4)] public partial byte A { get; } [Bits(5)] public partial byte B { get; }", "Bits(5): bit fields at 'B': they make 9 bits, not a word of 8, 16, 24, 32 or 64")]
    [Arguments("[Bits(60)] public partial ulong A { get; } [Bits(5)] public partial byte B { get; }", "Bits(5): bit fields at 'B': they overlap the end of a 64-bit word by 1")]
    public async Task Bits_overlap_or_leave_a_gap(string fields, string fault) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {fields} }}", $"EDGEW006 at {fault}");

    [Test]
    [Arguments("[Tail] public partial ReadOnlySpan<byte> A { get; } public partial byte B { get; }", "B: 'B' must come before the tail 'A': the fixed part comes first")]
    [Arguments("[Tail] public partial ReadOnlySpan<byte> A { get; } [Tail] public partial ReadOnlySpan<byte> B { get; }", "B: 'B' must come before the tail 'A': that one takes the rest of the buffer")]
    public async Task A_tail_is_not_last(string fields, string fault) => await Expect(
        $"[WireMessage(0)] readonly ref partial struct M {{ {fields} }}", $"EDGEW007 at {fault}");

    [Test]
    [Arguments("public partial byte L { get; }", "Size", "is no field before it")]
    [Arguments("public partial ulong L { get; }", "L", "has more than 32 bits")]
    [Arguments("public partial bool L { get; }", "L", "is no integer")]
    [Arguments("[Const(3)] public partial byte L { get; }", "L", "is constant or reserved")]
    [Arguments("public partial byte L { get; } [Tail(\"L\")] public partial ReadOnlySpan<byte> First { get; }", "L", "is that of another tail already")]
    public async Task A_length_field_is_unknown_or_unfit(string field, string name, string why) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {field} [Tail(\"{name}\")] public partial ReadOnlySpan<byte> T {{ get; }} }}",
        $"EDGEW008 at Tail(\"{name}\"): the length field '{name}' of 'T' {why}");

    [Test]
    [Arguments("[Const(256)] public partial byte A { get; }", "Const(256): the constant of 'A' needs more than its 8 bits")]
    [Arguments("[Const(4), Bits(2)] public partial byte A { get; } [Bits(6)] public partial byte B { get; }", "Const(4): the constant of 'A' needs more than its 2 bits")]
    [Arguments("[Const(-1)] public partial byte A { get; }", "Const(-1): the constant of 'A' must be an unsigned integer or enum value of at most 64 bits")]
    [Arguments("[Const(\"1\")] public partial byte A { get; }", "Const(\"1\"): the constant of 'A' must be an unsigned integer or enum value of at most 64 bits")]
    [Arguments("[Magic(1)] public partial byte A { get; }", "Magic(1): the constant of 'A' is for spans: integers take [Const]")]
    [Arguments("[Const(1), Bytes(1)] public partial ReadOnlySpan<byte> A { get; }", "Const(1): the constant of 'A' is for integers: bytes take [Magic]")]
    [Arguments("[Tail, Reserved] public partial ReadOnlySpan<byte> A { get; }", "A: the constant of 'A' makes no sense: a tail has no fixed width or value")]
    public async Task A_constant_does_not_fit(string fields, string fault) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {fields} }}", $"EDGEW009 at {fault}");

    [Test]
    [Arguments("[WireMessage(1)] readonly ref partial struct I { public partial byte L { get; } [Tail] public partial ReadOnlySpan<byte> T { get; } }", "I", "only a message of fixed size can be nested")]
    [Arguments("[WireMessage(1)] readonly ref partial struct I { [Optional] public partial byte L { get; } }", "I", "only a message of fixed size can be nested")]
    [Arguments("", "M", "it contains itself")]
    public async Task A_message_cannot_be_nested(string inner, string type, string why) => await Expect(
        $"{inner} [WireMessage(1)] readonly ref partial struct M {{ public partial {type} A {{ get; }} }}",
        $"EDGEW010 at A: 'A' cannot nest '{type}': {why}");

    [Test]
    [Arguments("public partial ReadOnlySpan<byte> A { get; }", "A: 'A' needs a width: [Bytes(n)] or [Magic(...)] for a fixed array, [Tail] for a variable one")]
    [Arguments("[Bytes(0)] public partial ReadOnlySpan<byte> A { get; }", "A: 'A' needs a width: [Bytes(n)] or [Magic(...)] for a fixed array, [Tail] for a variable one")]
    [Arguments("[Bytes(2)] public partial uint A { get; }", "Bytes(2): 'A' needs a width: on an integer only [Bytes(3)] uint is known")]
    [Arguments("[Tail(Unit = 0)] public partial ReadOnlySpan<byte> A { get; }", "Tail(Unit = 0): 'A' needs a width: Unit is at least 1, MinLength at least 0")]
    public async Task A_field_has_no_width(string field, string fault) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {field} }}", $"EDGEW011 at {fault}");

    [Test]
    [Arguments("[Optional] public partial byte A { get; } public partial byte B { get; }", "B: 'B' cannot follow or be optional here: 'A' before it is optional, so this one is too")]
    [Arguments("[Optional, Bits(8)] public partial byte A { get; }", "A: 'A' cannot follow or be optional here: a bit field is part of a word")]
    [Arguments("[Optional, Const(1)] public partial byte A { get; }", "M: 'A' cannot follow or be optional here: a constant or reserved field cannot be optional")]
    [Arguments("public partial byte L { get; } [Optional] public partial byte A { get; } [Tail(\"L\")] public partial ReadOnlySpan<byte> T { get; }", "T: 'T' cannot follow or be optional here: only a rest-of-buffer tail goes with optional fields, and it may be empty anyway")]
    public async Task An_optional_field_is_out_of_place(string fields, string fault) => await Expect(
        $"[WireMessage(2)] readonly ref partial struct M {{ {fields} }}", $"EDGEW012 at {fault}");

    [Test]
    [Arguments("public partial byte A { get; set; }")]
    [Arguments("public static partial byte A { get; }")]
    public async Task A_field_is_no_getter(string field) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {field} }}",
        "EDGEW013 at A: 'A' must be an instance property with only a getter: the view is read-only, Writer writes");

    [Test]
    [Arguments("public partial byte Size { get; }", "Size")]
    [Arguments("public partial byte A { get; } public partial byte AOffset { get; }", "AOffset")]
    public async Task A_name_is_taken(string fields, string name) => await Expect(
        $"[WireMessage(1)] readonly ref partial struct M {{ {fields} }}", $"EDGEW014 at {name}: '{name}' is the name of a member that the generator writes");

    [Test]
    [Arguments("[Tail(Unit = I.Size)]", "Tail(Unit = I.Size)")]
    [Arguments("[Bytes(I.Size)]", "Bytes(I.Size)")]
    public async Task A_constant_is_generated_and_so_not_there_yet(string attribute, string place)
    {
        const string inner = "[WireMessage(2)] readonly ref partial struct I { public partial ushort A { get; } }";
        var faults = WireRun.Faults($"{Usings}{inner} [WireMessage(2)] readonly ref partial struct M {{ {attribute} public partial ReadOnlySpan<byte> T {{ get; }} }}");
        await Assert.That(faults[0]).IsEqualTo(
            $"EDGEW015 at {place}: an argument at 'T' is no constant that the generator can see; constants that it writes itself, such as Size, do not exist yet: write the number");
    }

    [Test]
    public async Task A_faulty_message_has_no_generated_half()
    {
        var result = WireRun.Driver().RunGenerators(WireRun.Compile(Usings + "[WireMessage(2)] readonly ref partial struct M { public partial byte A { get; } }")).GetRunResult();
        await Assert.That(result.GeneratedTrees).IsEmpty();
    }

    /// <summary>If the generator ever miscounted, the assertion that it writes would stop the build.</summary>
    [Test]
    public async Task The_size_assertion_in_the_text_does_not_compile_when_the_sum_is_another()
    {
        const string source = Usings + "[WireMessage(2)] readonly ref partial struct M { public partial ushort A { get; } }";
        var text = WireRun.Text(source, "M").Replace("byte SizeIsTheSumOfTheFields = 2 ==", "byte SizeIsTheSumOfTheFields = 3 ==", StringComparison.Ordinal);
        var says = WireRun.Compile(source).AddSyntaxTrees(WireRun.Tree(text, "generated.cs")).GetDiagnostics().Where(d => d.Severity > Microsoft.CodeAnalysis.DiagnosticSeverity.Hidden);
        await Assert.That(string.Join(' ', says.Select(d => d.Id))).IsEqualTo("CS0031");
    }

    private static async Task Expect(string source, string fault) =>
        await Assert.That(string.Join('\n', WireRun.Faults(Usings + source))).IsEqualTo(fault);
}
