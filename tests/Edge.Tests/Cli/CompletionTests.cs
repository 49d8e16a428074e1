namespace Edge.Tests.Cli;

/// <summary>The scripts in the shells that they are for.</summary>
public sealed class CompletionTests
{
    [Test]
    [Arguments("edge ''", "orb check fetch tun status ping whois dns netcheck health version help completion")]
    [Arguments("edge ch", "check")]
    [Arguments("edge --v", "--version")]
    [Arguments("edge check --", "--print --system --url --json --help")]
    [Arguments("edge check --print se", "server.pkl")]
    [Arguments("edge check ''", "server.pkl two words.pkl folder")]
    [Arguments("edge check --system --url ''", "")]
    [Arguments("edge completion ''", "bash zsh fish")]
    [Arguments("edge completion z", "zsh")]
    [Arguments("edge help c", "check completion")]
    [Arguments("edge health --", "--ready --admin --config --help")]
    [Arguments("edge version ''", "--json --help")]
    public async Task Bash_offers(string line, string expected)
    {
        Skip.When(CommandRun.Find("bash") is null, "bash is not installed");
        using var folder = await FolderWithScript("bash");
        var run = await CommandRun.Start("bash", ["--norc", "-c", $$"""
            cd '{{folder.Path}}'; source ./script; complete -p edge >/dev/null || exit 9
            COMP_WORDS=({{line}}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _edge; printf '%s\n' "${COMPREPLY[@]}"
            """]);
        await Assert.That((run.ExitCode, run.Error)).IsEqualTo((0, ""));
        await Assert.That(Sorted(run.Out)).IsEqualTo(Sorted(expected.Replace("two words", "two_words", StringComparison.Ordinal).Replace(' ', '\n').Replace("two_words", "two words", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Bash_sources_what_the_executable_prints()
    {
        Skip.When(CommandRun.Find("bash") is null, "bash is not installed");
        var run = await CommandRun.Start("bash", ["--norc", "-c", $"source <({CommandRun.Executable} completion bash); complete -p edge"]);
        await Assert.That(run).IsEqualTo(new CommandRun(0, "complete -F _edge edge\n", ""));
    }

    [Test]
    [Arguments("edge ", "orb check fetch tun status ping whois dns netcheck health version help completion")]
    [Arguments("edge ch", "check")]
    [Arguments("edge --v", "--version")]
    [Arguments("edge check --", "--print --system --url --json --help")]
    [Arguments("edge check serv", "server.pkl")]
    [Arguments("edge completion ", "bash zsh fish")]
    [Arguments("edge help c", "check completion")]
    [Arguments("edge help check ch", "check")]
    [Arguments("edge check --system --url ", "")]
    public async Task Fish_offers(string line, string expected)
    {
        Skip.When(CommandRun.Find("fish") is null, "fish is not installed");
        using var folder = await FolderWithScript("fish");
        var run = await CommandRun.Start("fish", ["--no-config", "-c", $"cd '{folder.Path}'; source ./script; complete -C '{line}' | string split -f 1 \\t"], ("HOME", folder.Path));
        await Assert.That(run.Error).IsEqualTo("");
        await Assert.That(Sorted(run.Out)).IsEqualTo(Sorted(expected.Replace(' ', '\n')));
    }

    /// <summary>zsh completes only in its line editor: a zsh in a pseudo-terminal gets the keys, and a widget shows the line they made.</summary>
    [Test]
    [Arguments("edge comp", "edge completion ")]
    [Arguments("edge --v", "edge --version ")]
    [Arguments("edge completion z", "edge completion zsh ")]
    [Arguments("edge help v", "edge help version ")]
    [Arguments("edge check --pr", "edge check --print ")]
    [Arguments("edge check se", "edge check server.pkl ")]
    [Arguments("edge check --system --u", "edge check --system --url ")]
    public async Task Zsh_completes(string line, string expected)
    {
        Skip.When(CommandRun.Find("zsh") is null, "zsh is not installed");
        using var folder = await FolderWithScript("zsh");
        var run = await CommandRun.Start("zsh", ["-f", "-c", $$"""
            cd '{{folder.Path}}'
            zmodload zsh/zpty || exit 9
            zpty shell zsh -f -i
            zpty -w shell $'autoload -U compinit; compinit -u -D; source ./script; show() { print -r -- "LINE[$BUFFER]END"; }; zle -N show; bindkey "^Xs" show; PROMPT=; print REA''DY'
            zpty -r -m shell seen '*READY*'
            zpty -w -n shell $'{{line}}\t\C-xs'
            zpty -r -m shell seen '*LINE\[*\]END*'
            seen=${seen##*LINE\[}
            print -rn -- "${seen%%\]END*}"
            """], ("HOME", folder.Path), ("TERM", "dumb"));
        await Assert.That(run).IsEqualTo(new CommandRun(0, expected, ""));
    }

    private static async Task<TemporaryFolder> FolderWithScript(string shell)
    {
        var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "script"), (await CommandRun.InProcess("completion", shell)).Out);
        foreach (var name in new[] { "server.pkl", "two words.pkl", "secret.txt" })
            folder.Write(name, "x = 1\n"u8);
        Directory.CreateDirectory(Path.Combine(folder.Path, "folder"));
        return folder;
    }

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
}
