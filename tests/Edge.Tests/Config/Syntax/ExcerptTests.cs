using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>Places that no syntax error has; those of syntax errors are compared with Pkl's in <see cref="SyntaxErrorTests"/>.</summary>
public sealed class ExcerptTests
{
    private const string Source = "a = 1\r\nb {\r\n  c = \"日本😀é\" + d  \r\n\te = 2\r\n}\r\n";

    // The wide characters' rows are as `pkl eval` 0.30.2 prints them below evaluation errors.
    [Test]
    [Arguments("1", "1 | a = 1\n        ^\n")]
    [Arguments("\"日本😀é\"", "3 | c = \"日本😀é\" + d\n        ^^^^^^^\n")]
    [Arguments("\"日本😀é\" + d", "3 | c = \"日本😀é\" + d\n        ^^^^^^^^^^^\n")]
    [Arguments("d  ", "3 | c = \"日本😀é\" + d\n                  ^^^\n")]
    [Arguments("e = 2", "4 | e = 2\n    ^^^^^\n")]
    [Arguments("b {\r\n  c", "2 | b {\n    ^^^\n")]
    [Arguments("{\r\n  c", "2 | b {\n      ^\n")]
    [Arguments("}", "5 | }\n    ^\n")]
    [Arguments("", "1 | a = 1\n    ^\n")]
    public async Task Carets_sit_below_the_place(string place, string excerpt)
    {
        var source = Parse.Text(Source);
        var start = source.Utf8.Span.IndexOf(System.Text.Encoding.UTF8.GetBytes(place));
        var span = new SourceSpan(start, System.Text.Encoding.UTF8.GetByteCount(place));
        await Assert.That(Excerpt.Of(source, span)).IsEqualTo(excerpt);
    }

    [Test]
    public async Task The_end_of_the_text_has_a_line()
    {
        var source = Parse.Text(Source);
        await Assert.That(Excerpt.Of(source, new SourceSpan(source.Utf8.Length, 0))).IsEqualTo("6 | \n    ^\n");
    }

    [Test]
    public async Task A_margin_stands_before_both_lines()
    {
        var source = Parse.Text(Source);
        await Assert.That(new System.Text.StringBuilder().AppendExcerpt(source, new SourceSpan(4, 1), "│ ").ToString())
            .IsEqualTo("│ 1 | a = 1\n│         ^\n");
    }

    [Test]
    [Arguments("a\nb\r\nc\rd", new[] { "a", "b", "c", "d" })]
    [Arguments("", new[] { "" })]
    [Arguments("\n", new[] { "", "" })]
    [Arguments("a\r\r\nb\n", new[] { "a", "", "b", "" })]
    public async Task Lines_end_with_LF_CRLF_or_CR(string text, string[] lines)
    {
        var source = Parse.Text(text);
        await Assert.That(Enumerable.Range(0, source.LineCount).Select(i => System.Text.Encoding.UTF8.GetString(source.Line(i)))).IsEquivalentTo(lines);
    }

    [Test]
    public async Task Columns_are_UTF16_units()
    {
        var source = Parse.Text("é😀x\nyz");
        await Assert.That((source.ColumnOf(6), source.LineOf(6))).IsEqualTo((3, 0));
        await Assert.That((source.ColumnOf(9), source.LineOf(9))).IsEqualTo((1, 1));
    }
}
