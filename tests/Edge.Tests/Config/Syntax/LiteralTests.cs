using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>What literals stand for. Expected values are `pkl eval` 0.30.2's.</summary>
public sealed class LiteralTests
{
    [Test]
    [Arguments("0", 0)]
    [Arguments("1_000_", 1000)]
    [Arguments("007", 7)]
    [Arguments("0xDEad_beef", 0xdeadbeef)]
    [Arguments("0b1010", 10)]
    [Arguments("0o755", 493)]
    [Arguments("9223372036854775807", long.MaxValue)]
    [Arguments("-9223372036854775808", long.MinValue)]
    [Arguments("-0x8000000000000000", long.MinValue)]
    public async Task Integers(string text, long value) =>
        await Assert.That(((IntLiteral)Parse.Expression(text)).Value).IsEqualTo(value);

    [Test]
    [Arguments(".5", 0.5)]
    [Arguments("1.25", 1.25)]
    [Arguments("1e3", 1000.0)]
    [Arguments("1_0.5_0E-1_", 1.05)]
    [Arguments("0e0", 0.0)]
    [Arguments("1e999", double.PositiveInfinity)]
    [Arguments("4.9e-324", double.Epsilon)]
    public async Task Floats(string text, double value) =>
        await Assert.That(((FloatLiteral)Parse.Expression(text)).Value).IsEqualTo(value);

    [Test]
    [Arguments("""  ""  """, "")]
    [Arguments("""  "a"  """, "a")]
    [Arguments("""  "\n\t\r\"\\"  """, "\n\t\r\"\\")]
    [Arguments("""  "\u{41}\u{e9}\u{1F600}\u{0}"  """, "Aé😀\0")]
    [Arguments("""  "\u{D83D}\u{DE00}"  """, "😀")]
    [Arguments("""  "\u{D800}"  """, "\uD800")]
    [Arguments("""  #"a\nb"\#n"#  """, "a\\nb\"\n")]
    [Arguments("""  ###"a"##\#n"###  """, "a\"##\\#n")]
    [Arguments("\"\"\"\n\"\"\"", "")]
    [Arguments("\"\"\"\n\n\"\"\"", "")]
    [Arguments("\"\"\"\n  a\n    b\n\n  c\n  \"\"\"", "a\n  b\n\nc")]
    [Arguments("\"\"\"\r\n\ta\r\n\tb\r\n\t\"\"\"", "a\nb")]
    [Arguments("\"\"\"\n  a\\n\"\"\\\\\n  \"\"\"", "a\n\"\"\\")]
    [Arguments("#\"\"\"\n  a\"\"\"\\n\\#t\n  \"\"\"#", "a\"\"\"\\n\t")]
    public async Task Strings(string text, string value)
    {
        var literal = (StringLiteral)Parse.Expression(text);
        await Assert.That(literal.IsConstant).IsTrue();
        await Assert.That(literal.ConstantText).IsEqualTo(value);
    }

    [Test]
    [Arguments("\"a\\(b)c\"", "a|b|c")]
    [Arguments("\"\\(b)\"", "b")]
    [Arguments("\"\\(b)\\(b)\"", "b|b")]
    [Arguments("\"a\\n\\(b)\\t\"", "a\n|b|\t")]
    [Arguments("#\"a\\(b)\\#(b)\"#", "a\\(b)|b")]
    [Arguments("\"x\\(f(\"y\\(b)z\"))w\"", "x|f|w")]
    [Arguments("\"\"\"\n  a\n  \\(b)c\n  \"\"\"", "a\n|b|c")]
    [Arguments("\"\"\"\n  \\(b)\n    \\(b)\n  \"\"\"", "b|\n  |b")]
    public async Task Interpolated_strings(string text, string parts)
    {
        var literal = (StringLiteral)Parse.Expression(text);
        await Assert.That(string.Join('|', literal.Parts.Select(p => p.Text ?? ((UnqualifiedAccess)p.Interpolation!).Name.Text))).IsEqualTo(parts);
        await Assert.That(literal.IsConstant).IsFalse();
    }

    // The evaluator compares names by reference.
    [Test]
    public async Task Equal_names_are_one_string()
    {
        var a = (QualifiedAccess)Parse.Expression("naïve_name.`naïve_name`");
        var b = (UnqualifiedAccess)Parse.Expression("naïve_name");
        await Assert.That(ReferenceEquals(a.Name.Text, b.Name.Text)).IsTrue();
        await Assert.That(ReferenceEquals(((UnqualifiedAccess)a.Receiver).Name.Text, b.Name.Text)).IsTrue();
        await Assert.That(ReferenceEquals(Names.Intern("naïve" + "_name"), b.Name.Text)).IsTrue();
        await Assert.That(ReferenceEquals(Names.Intern("plain"), ((UnqualifiedAccess)Parse.Expression("`plain`")).Name.Text)).IsTrue();
    }

    [Test]
    public async Task Doc_comments_lose_their_slashes_and_one_blank()
    {
        var source = Parse.Text("///First\n///  second\n// not this\n/* nor */ ///\n\t///\tlast\na = 1");
        var property = Parser.Parse(source).Members[0];
        await Assert.That(property.Doc!.TextIn(source)).IsEqualTo("First\n second\n\nlast");
    }

    // `0.30.2` shows these spans below evaluation errors: they are part of what the tree is for.
    [Test]
    public async Task Headers_leave_out_comments_annotations_and_bodies()
    {
        const string text = "/// Doc\n@A\nopen class B<C> extends D {\n  /// Doc\n  hidden e: Int = 1\n  abstract function f(g): Int\n}\nlocal h {}\n";
        var module = Parse.Module(text);
        var b = (ClassSyntax)module.Members[0];
        await Assert.That(Text(text, b.Header)).IsEqualTo("open class B<C> extends D");
        await Assert.That(Text(text, b.Members[0].Header)).IsEqualTo("hidden e: Int");
        await Assert.That(Text(text, b.Members[1].Header)).IsEqualTo("abstract function f(g): Int");
        await Assert.That(Text(text, module.Members[1].Header)).IsEqualTo("local h");
        await Assert.That(Text(text, module.Members[1].Span)).IsEqualTo("local h {}");
        await Assert.That(b.Span.Start).IsEqualTo(0);
    }

    private static string Text(string text, SourceSpan span) => text.Substring(span.Start, span.Length);
}
