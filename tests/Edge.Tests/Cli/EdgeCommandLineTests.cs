using System.Text.Json;
using Edge.Cli;

namespace Edge.Tests.Cli;

public sealed class EdgeCommandLineTests
{
    [Test]
    [Arguments("chekc", "there is no command `chekc`", "Did you mean `edge check`? `edge help` lists the commands.")]
    [Arguments("vers", "there is no command `vers`", "Did you mean `edge version`? `edge help` lists the commands.")]
    [Arguments("frobnicate", "there is no command `frobnicate`", "`edge help` lists the commands.")]
    [Arguments("", "there is no command ``", "`edge help` lists the commands.")]
    [Arguments("help chekc", "there is no command `chekc`", "Did you mean `edge check`? `edge help` lists the commands.")]
    [Arguments("--", "the command is missing", "`edge help` lists the commands.")]
    [Arguments("-x", "`edge` has no option `-x`", "`edge help` lists the commands.")]
    [Arguments("--versoin", "`edge` has no option `--versoin`", "Did you mean `--version`? `edge help` lists the commands.")]
    [Arguments("version --jsno", "`edge version` has no option `--jsno`", "Did you mean `--json`? `edge help version` says how it is used.")]
    [Arguments("version extra", "`edge version` takes no argument `extra`", "`edge help version` says how it is used.")]
    [Arguments("check", "FILE is missing", "`edge help check` says how it is used.")]
    [Arguments("check a.pkl b.pkl", "`edge check` takes no argument `b.pkl` after `FILE`", "`edge help check` says how it is used.")]
    [Arguments("check --prnt", "`edge check` has no option `--prnt`", "Did you mean `--print`? `edge help check` says how it is used.")]
    [Arguments("check a.pkl --url http://x", "`--url` goes with `--system`", "`edge help check` says how it is used.")]
    [Arguments("check a.pkl --system", "`--system` checks the machine and takes neither FILE nor `--print`", "`edge help check` says how it is used.")]
    [Arguments("check --system --print", "`--system` checks the machine and takes neither FILE nor `--print`", "`edge help check` says how it is used.")]
    [Arguments("check a.pkl --print --json", "`--print` and `--json` both want standard output", "`edge help check` says how it is used.")]
    [Arguments("check --system --url", "`--url` wants one URL", "`edge help check` says how it is used.")]
    [Arguments("check --system --url --json", "a value is missing before `--json`", "`edge help check` says how it is used.")]
    [Arguments("check --system --url ftp://x", "`ftp://x` is no http or https URL", "`edge help check` says how it is used.")]
    [Arguments("health --raedy", "`edge health` has no option `--raedy`", "Did you mean `--ready`? `edge help health` says how it is used.")]
    [Arguments("health --admin nowhere", "`--admin` cannot be `nowhere`", "Give `unix:PATH`, or an address such as `127.0.0.1:9090`.")]
    [Arguments("health --admin :9090 --config a.pkl", "`--admin` and `--config` both say where to ask", "`edge help health` says how it is used.")]
    [Arguments("fetch", "URL is missing, or is none that can be fetched", "Write it whole: `http://web.tail0.ts.net/`.")]
    [Arguments("fetch http://a/ --max-time 0", "`--max-time` wants seconds, 1 to 86400", "`edge help fetch` says how it is used.")]
    [Arguments("ping desk --tsmp --icmp", "`--tsmp`, `--icmp` and `--peerapi` are different pings", "Give one of them.")]
    [Arguments("ping desk -c many", "`--count` wants a number, and `--timeout` seconds, 1 to 60", "`edge help ping` says how it is used.")]
    [Arguments("ping desk --timeout 0", "`--count` wants a number, and `--timeout` seconds, 1 to 60", "`edge help ping` says how it is used.")]
    [Arguments("netcheck --derp-map a.json --control-url http://a", "`--derp-map` and `--control-url` both say which relays there are", "Give one of them.")]
    [Arguments("netcheck --control-url nowhere", "`--control-url` is no control server: `nowhere`", "Write `https://host` or `http://host:port`.")]
    [Arguments("completion", "SHELL is missing", "It is one of bash, zsh, fish: `edge completion bash`.")]
    [Arguments("completion tcsh", "there is no completion for `tcsh`", "It is one of bash, zsh, fish: `edge completion bash`.")]
    public async Task A_wrong_line_says_what_is_wrong_and_what_to_do(string line, string what, string help)
    {
        var run = await CommandRun.InProcess(line.Split(' '));
        await Assert.That(run).IsEqualTo(new CommandRun(2, "", $"edge: error: {what}\n  help: {help}\n"));
    }

    [Test]
    public async Task No_command_is_wrong_usage_and_shows_the_commands()
    {
        var run = await CommandRun.InProcess();
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Out).IsEqualTo("");
        await Assert.That(run.Error).Contains("commands:\n  orb ");
    }

    [Test]
    public async Task Help_lists_every_command_and_each_explains_itself()
    {
        var overview = (await CommandRun.InProcess("help")).Out;
        await Assert.That(await CommandRun.InProcess("--help")).IsEqualTo(new CommandRun(0, overview, ""));
        await Assert.That(await CommandRun.InProcess("-h")).IsEqualTo(new CommandRun(0, overview, ""));
        foreach (var command in new[] { "orb", "check", "health", "version", "help", "completion" })
        {
            await Assert.That(overview).Contains($"\n  {command} ");
            var help = await CommandRun.InProcess("help", command);
            await Assert.That(help.Out).StartsWith($"edge {command}: ");
            await Assert.That(help.Out).Contains($"usage:\n  edge {command}");
            await Assert.That(await CommandRun.InProcess(command, "--help")).IsEqualTo(help);
        }
    }

    [Test]
    public async Task Help_of_check_names_all_that_it_takes()
    {
        var help = (await CommandRun.InProcess("help", "check")).Out;
        foreach (var word in new[] { "FILE", "--print", "--system", "--url URL", "--json" })
            await Assert.That(help).Contains($"  {word} ");
    }

    [Test]
    public async Task Version_in_text_and_json_tell_the_same()
    {
        var text = await CommandRun.InProcess("version");
        var json = await CommandRun.InProcess("version", "--json");
        using var document = JsonDocument.Parse(json.Out);
        var version = document.RootElement;
        await Assert.That(text.Out.Split('\n')[0]).IsEqualTo($"edge {version.GetProperty("version").GetString()}");
        await Assert.That(text.Out).Contains($"\nruntime {version.GetProperty("runtime").GetString()}\nplatform {version.GetProperty("rid").GetString()}\n");
        await Assert.That(version.GetProperty("runtime").GetString()).StartsWith(".NET 10.");
        await Assert.That(version.GetProperty("rid").GetString()).StartsWith("linux-");
        await Assert.That(await CommandRun.InProcess("--version")).IsEqualTo(text);
        await Assert.That((json.ExitCode, json.Error)).IsEqualTo((0, ""));
    }

    [Test]
    public async Task Check_of_the_machine_tells_the_same_in_text_and_json()
    {
        var text = await CommandRun.InProcess("check", "--system");
        var json = await CommandRun.InProcess("check", "--system", "--json");
        using var document = JsonDocument.Parse(json.Out);
        var checks = document.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ToArray();
        await Assert.That(checks).IsNotEmpty();
        foreach (var name in checks)
            await Assert.That(text.Out).Contains($" {name}: ");
        await Assert.That(json.ExitCode).IsEqualTo(document.RootElement.GetProperty("ok").GetBoolean() ? 0 : 1);
    }

    [Test]
    [Arguments("check", "check", 0)]
    [Arguments("chekc", "check", 1)]
    [Arguments("chck", "check", 1)]
    [Arguments("cheeck", "check", 1)]
    [Arguments("checj", "check", 1)]
    [Arguments("hcekc", "check", 2)]
    [Arguments("", "check", 5)]
    public async Task Distance_counts_edits(string left, string right, int edits)
    {
        await Assert.That(Suggestion.Distance(left, right)).IsEqualTo(edits);
        await Assert.That(Suggestion.Distance(right, left)).IsEqualTo(edits);
    }

    [Test]
    [Arguments(false, null, "xterm", true)]
    [Arguments(false, "", "xterm", true)]
    [Arguments(false, "1", "xterm", false)]
    [Arguments(false, null, "dumb", false)]
    [Arguments(false, null, null, false)]
    [Arguments(true, null, "xterm", false)]
    public async Task Colour_is_for_terminals_and_never_with_no_color(bool isRedirected, string? noColour, string? term, bool expected) =>
        await Assert.That(Terminal.AllowsColour(isRedirected, name => name == "NO_COLOR" ? noColour : term)).IsEqualTo(expected);

    [Test]
    public async Task Colour_marks_the_words_and_changes_nothing_else()
    {
        var error = new StringWriter();
        await Program.Run(["pong"], new Terminal(new StringWriter(), error, HasColour: true));
        await Assert.That(error.ToString()).IsEqualTo(
            "edge: \e[1;31merror:\e[0m there is no command `pong`\n  \e[36mhelp:\e[0m Did you mean `edge ping`? `edge help` lists the commands.\n");
    }
}
