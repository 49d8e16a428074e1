using System.Text;
using System.Text.Json;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>Hand-written sources against what Pkl 0.30.2 prints (tests/pkl/SYNTAX.jsonl): message, advice, line, text and carets.</summary>
public sealed class SyntaxErrorTests
{
    [Test]
    public async Task Every_recorded_source_parses_or_fails_as_in_Pkl()
    {
        var differences = new List<string>();
        var compared = 0;
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "pkl", "SYNTAX.jsonl")))
        {
            using var record = JsonDocument.Parse(line);
            var source = record.RootElement.GetProperty("source").GetString()!;
            var expected = record.RootElement.GetProperty("error").GetString() ?? "parsed";
            var found = Render(source);
            compared++;
            if (found != expected)
                differences.Add($"{source}\n{found}\nbut Pkl says\n{expected}");
        }
        await Assert.That(differences).IsEmpty();
        await Assert.That(compared).IsGreaterThan(600);
    }

    [Test]
    [Arguments("a = (1", "Unexpected token `EOF`. Expected `)`.\n\n1 | a = (1\n          ^\n")]
    [Arguments("a {\n  b = 1", "Missing `}` delimiter.\n\n2 | b = 1\n         ^\n")]
    public async Task What_is_missing_at_the_end_of_a_file_is_shown_there(string source, string error) =>
        await Assert.That(Render(source)).IsEqualTo(error);

    [Test]
    public async Task A_block_comment_may_end_the_file() =>
        await Assert.That(Render("a = 1 /* b */")).IsEqualTo("parsed");

    [Test]
    public async Task A_byte_order_mark_is_refused_with_advice() =>
        await Assert.That(Render("\uFEFFa = 1")).StartsWith("The file begins with a byte order mark.\n\nSave it as UTF-8 without one.\n\n1 | ");

    [Test]
    [Arguments("a\0b = 1", "Invalid identifier `U+0000`.\n\n1 | a\u2400b = 1\n     ^\n")]
    [Arguments("\0", "Invalid identifier `U+0000`.\n\n1 | \u2400\n    ^\n")]
    [Arguments("a = \u009b31m", "Invalid identifier `U+009B`.\n\n1 | a = \ufffd31m\n        ^\n")]
    [Arguments("a = 1\n///\u001b[31m\0", "Unexpected end of file.\n\n2 | ///\u241b[31m\u2400\n             ^\n")]
    [Arguments("a = ///\u001b[31m", "Unexpected token `///\u241b[31m`.\n\n1 | a = ///\u241b[31m\n        ^^^^^^^^\n")]
    [Arguments("a = \u001b[31m", "Invalid identifier `U+001B`.\n\n1 | a = \u241b[31m\n        ^\n")]
    public async Task Control_characters_make_no_names_and_do_not_reach_the_terminal(string source, string error) =>
        await Assert.That(Render(source)).IsEqualTo(error);

    [Test]
    public async Task A_message_repeats_a_thousand_bytes_of_source_and_no_more()
    {
        var headline = Render("a = ///" + new string('é', 5_000)).Split('\n')[0];
        await Assert.That(headline).IsEqualTo($"Unexpected token `///{new string('é', 498)}…`.");
    }

    [Test]
    public async Task A_NUL_inside_of_a_string_is_text() =>
        await Assert.That(((StringLiteral)Parse.Expression("\"a\0b\"")).ConstantText).IsEqualTo("a\0b");

    [Test]
    [Arguments("613d22ff22", 3)]
    [Arguments("2f2f20c3", 3)]
    [Arguments("80", 0)]
    [Arguments("c080", 0)]
    [Arguments("e080af", 0)]
    [Arguments("61eda080", 1)]
    [Arguments("f4908080", 0)]
    [Arguments("61c3a9f09f98", 3)]
    [Arguments("f8888080", 0)]
    public async Task Text_that_is_not_UTF8_is_refused_at_its_first_bad_byte(string hex, int offset)
    {
        var error = Assert.Throws<SyntaxException>(() => Parser.Parse(new SourceText("file:///a.pkl", "a.pkl", Convert.FromHexString(hex))));
        await Assert.That(error.Headline).IsEqualTo($"Not UTF-8: the byte at offset {offset} does not belong to a character.");
        await Assert.That(error.Span).IsEqualTo(new SourceSpan(offset, 1));
        await Assert.That(Excerpt.Of(error.Text, error.Span)).IsNotEmpty();
    }

    [Test]
    public async Task The_module_declaration_comes_with_the_error()
    {
        var error = Assert.Throws<SyntaxException>(() => Parse.Module("@ModuleInfo { minPklVersion = \"99.9.9\" }\nmodule a.b\n\nthis is not Pkl"));
        await Assert.That(error.Declaration!.Name!.Text).IsEqualTo("a.b");
        await Assert.That(error.Declaration.Annotations.Length).IsEqualTo(1);
    }

    [Test]
    public async Task A_syntax_error_comes_before_an_integer_out_of_range() =>
        await Assert.That(Render("a = 9223372036854775808\nb = )\n")).StartsWith("Unexpected token `)`.");

    private static string Render(string source)
    {
        try
        {
            Parser.Parse(new SourceText("file:///a.pkl", "a.pkl", Encoding.UTF8.GetBytes(source)));
            return "parsed";
        }
        catch (SyntaxException e)
        {
            return $"{e.Message}\n\n{Excerpt.Of(e.Text, e.Span)}";
        }
    }
}
