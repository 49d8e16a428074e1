using System.Text.Json;

namespace Edge.Tests.Cli;

/// <summary>The program itself: streams, exit codes, environment.</summary>
public sealed class ExecutableTests
{
    [Test]
    public async Task Json_is_one_document_and_nothing_else()
    {
        var run = await CommandRun.Start(CommandRun.Executable, ["version", "--json"]);
        using var document = JsonDocument.Parse(run.Out);
        await Assert.That(document.RootElement.GetProperty("version").GetString()).IsNotNull();
        await Assert.That((run.ExitCode, run.Error)).IsEqualTo((0, ""));
    }

    [Test]
    public async Task A_wrong_command_exits_with_2_and_no_colour_in_a_pipe()
    {
        var run = await CommandRun.Start(CommandRun.Executable, ["chekc"], ("TERM", "xterm"));
        await Assert.That(run).IsEqualTo(new CommandRun(2, "", "edge: error: there is no command `chekc`\n  help: Did you mean `edge check`? `edge help` lists the commands.\n"));
    }

    /// <summary>`script` gives the program a terminal of its own.</summary>
    [Test]
    [Arguments(null, "edge: \e[1;31merror:\e[0m there")]
    [Arguments("1", "edge: error: there")]
    public async Task On_a_terminal_colour_obeys_no_color(string? noColour, string expected)
    {
        Skip.When(CommandRun.Find("script") is null, "`script` (util-linux) is not installed");
        var run = await CommandRun.Start("script", ["-qec", $"{CommandRun.Executable} nothing", "/dev/null"], ("TERM", "xterm"), ("NO_COLOR", noColour));
        await Assert.That(run.Out).StartsWith(expected);
        await Assert.That(run.ExitCode).IsEqualTo(2);
    }

    [Test]
    public async Task A_full_disk_is_a_failure_and_says_so()
    {
        var run = await CommandRun.Start("/bin/sh", ["-c", $"{CommandRun.Executable} help >/dev/full"]);
        await Assert.That(run.ExitCode).IsEqualTo(1);
        await Assert.That(run.Error).StartsWith("edge: error: standard output cannot be written");
    }

    [Test]
    public async Task What_another_process_wrote_to_the_same_file_stays()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "out");
        await CommandRun.Start("/bin/sh", ["-c", $"{{ echo first; {CommandRun.Executable} version; echo last; }} >{path}"]);
        var lines = await File.ReadAllLinesAsync(path);
        await Assert.That((lines[0], lines[1][..5], lines[^1])).IsEqualTo(("first", "edge ", "last"));
    }

    [Test]
    public async Task A_reader_that_leaves_early_is_no_failure()
    {
        var run = await CommandRun.Start("/bin/sh", ["-c", $"{{ {CommandRun.Executable} completion bash; echo $? >&2; }} | true"]);
        await Assert.That(run.Error).IsEqualTo("0\n");
    }
}
