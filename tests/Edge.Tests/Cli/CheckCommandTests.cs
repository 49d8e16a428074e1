using System.Text;
using System.Text.Json;

namespace Edge.Tests.Cli;

/// <summary>`edge check FILE` from the file to the exit code. What is said of which mistake is the binder's tests' matter.</summary>
public sealed class CheckCommandTests
{
    private const string Valid = """
        amends "edge:serve/EdgeServer.pkl"

        servers {
          ["api"] {
            listen { ":8080" }
            handler = 204
          }
        }
        """;

    [Test]
    public async Task A_valid_file_is_ok_and_exits_with_0()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid));
        await Assert.That(await CommandRun.InProcess("check", path)).IsEqualTo(new CommandRun(0, $"{path}: ok\n", ""));
    }

    [Test]
    public async Task Print_shows_the_configuration_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.InProcess("check", folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid)), "--print");
        await Assert.That((run.ExitCode, run.Error)).IsEqualTo((0, ""));
        await Assert.That(run.Out).Contains("\":8080\"");
        await Assert.That(run.Out).Contains("gracePeriod = 30.s");
        await Assert.That(run.Out).DoesNotContain(": ok");
    }

    [Test]
    public async Task Print_masks_what_came_from_the_environment()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid.Replace("204", """new Respond { body = env("EDGE_TEST_BODY") }""", StringComparison.Ordinal)));
        var run = await CommandRun.Start(CommandRun.Executable, ["check", path, "--print"], ("EDGE_TEST_BODY", "hunter2-in-plain-sight"));
        await Assert.That((run.ExitCode, run.Error)).IsEqualTo((0, ""));
        await Assert.That(run.Out).Contains("body = ");
        await Assert.That(run.Out).DoesNotContain("hunter2");
    }

    [Test]
    public async Task Two_mistakes_are_two_errors_each_at_its_line_and_exit_with_1()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid.Replace("\":8080\"", "8080", StringComparison.Ordinal).Replace("204", "\"no\"", StringComparison.Ordinal)));
        var run = await CommandRun.InProcess("check", path);
        await Assert.That((run.ExitCode, run.Out)).IsEqualTo((1, ""));
        var headlines = run.Error.Split('\n').Where(line => line.Contains(": error: ", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(": error: ", StringComparison.Ordinal)]);
        await Assert.That(string.Join(' ', headlines)).IsEqualTo($"{path}:5:14 {path}:6:15");
    }

    [Test]
    public async Task Errors_in_json_are_one_document_on_standard_output()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid.Replace("204", "\"no\"", StringComparison.Ordinal)));
        var run = await CommandRun.InProcess("check", path, "--json");
        using var document = JsonDocument.Parse(run.Out);
        var error = document.RootElement.GetProperty("errors")[0];
        await Assert.That((run.ExitCode, run.Error)).IsEqualTo((1, ""));
        await Assert.That((error.GetProperty("file").GetString(), error.GetProperty("line").GetInt32())).IsEqualTo((path, 6));
    }

    [Test]
    public async Task With_errors_print_prints_nothing()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.InProcess("check", folder.Write("server.pkl", "servers {"u8), "--print");
        await Assert.That((run.ExitCode, run.Out)).IsEqualTo((1, ""));
        await Assert.That(run.Error).Contains(": error: ");
    }

    [Test]
    public async Task Trace_goes_to_standard_error()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.InProcess("check", folder.Write("server.pkl", Encoding.UTF8.GetBytes(Valid.Replace("204", "trace(204)", StringComparison.Ordinal))));
        await Assert.That(run.ExitCode).IsEqualTo(0);
        await Assert.That(run.Error).StartsWith("pkl: TRACE: 204 = 204");
    }
}
