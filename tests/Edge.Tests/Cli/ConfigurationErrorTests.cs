using System.Text.Json;
using Edge.Cli;
using Edge.Config.Diagnostics;

namespace Edge.Tests.Cli;

public sealed class ConfigurationErrorTests
{
    private static readonly ConfigurationError s_error = new(
        "server.pkl",
        6,
        71,
        "Type constraint `isBetween(0, 65535)` violated.\nValue: 70000",
        "6 | port = 70000\n           ^^^^^",
        "A port is a number from 0 to 65535.");

    [Test]
    public async Task An_error_reads_as_compilers_write_it() =>
        await Assert.That(s_error.Render()).IsEqualTo(
            """
            server.pkl:6:71: error: Type constraint `isBetween(0, 65535)` violated.
              Value: 70000
            6 | port = 70000
                       ^^^^^
              help: A port is a number from 0 to 65535.

            """);

    [Test]
    public async Task Without_excerpt_and_advice_it_is_one_line() =>
        await Assert.That(new ConfigurationError("a.pkl", 1, 1, "no such file").Render()).IsEqualTo("a.pkl:1:1: error: no such file\n");

    [Test]
    public async Task What_a_terminal_would_obey_is_shown_as_an_escape()
    {
        var error = new ConfigurationError("a\n.pkl", 1, 2, "bad \e]0;title\a", "x = \"\u009b31m\"\r\n    ^\n", "Remove\nit.");
        await Assert.That(error.Render()).IsEqualTo(
            "a\\u{a}.pkl:1:2: error: bad \\u{1b}]0;title\\u{7}\nx = \"\\u{9b}31m\"\n    ^\n  help: Remove\n        it.\n");
    }

    [Test]
    public async Task The_report_has_all_errors_in_their_order_and_exits_with_1()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = new CheckReport("server.pkl", json: false, new Terminal(output, error)).Write([s_error, s_error with { Line = 3 }]);
        await Assert.That((exitCode, output.ToString())).IsEqualTo((1, ""));
        await Assert.That(error.ToString()).IsEqualTo(s_error.Render() + (s_error with { Line = 3 }).Render());
    }

    [Test]
    public async Task The_report_in_json_is_one_document()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = new CheckReport("server.pkl", json: true, new Terminal(output, error)).Write([s_error]);
        using var document = JsonDocument.Parse(output.ToString());
        var root = document.RootElement;
        var first = root.GetProperty("errors")[0];
        await Assert.That((exitCode, error.ToString())).IsEqualTo((1, ""));
        await Assert.That((root.GetProperty("file").GetString(), root.GetProperty("valid").GetBoolean())).IsEqualTo(("server.pkl", false));
        await Assert.That((first.GetProperty("line").GetInt32(), first.GetProperty("column").GetInt32())).IsEqualTo((6, 71));
        await Assert.That(first.GetProperty("message").GetString()).IsEqualTo(s_error.Message);
        await Assert.That(first.GetProperty("advice").GetString()).IsEqualTo(s_error.Advice);
    }

    [Test]
    public async Task A_report_without_errors_exits_with_0()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        await Assert.That(new CheckReport("a.pkl", json: true, new Terminal(output, error)).Write([])).IsEqualTo(0);
        using var document = JsonDocument.Parse(output.ToString());
        await Assert.That(document.RootElement.GetProperty("valid").GetBoolean()).IsTrue();
    }
}
