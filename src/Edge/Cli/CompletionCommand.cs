using System.CommandLine;

namespace Edge.Cli;

/// <summary>`edge completion SHELL`: a script to source.</summary>
internal sealed class CompletionCommand : EdgeCommand
{
    private readonly EdgeCommandLine _edge;
    private readonly Argument<string?> _shell = new("SHELL") { Description = "bash, zsh or fish", Arity = ArgumentArity.ZeroOrOne };

    public CompletionCommand(EdgeCommandLine edge)
        : base("completion", "Print a completion script for a shell")
    {
        _edge = edge;
        Arguments.Add(_shell);
    }

    public override IReadOnlyList<string> Usage => ["completion bash|zsh|fish"];

    public override IReadOnlyList<string> ArgumentWords => ["bash", "zsh", "fish"];

    public override string Details =>
        """
        bash: add `source <(edge completion bash)` to ~/.bashrc
        zsh:  add `source <(edge completion zsh)` to ~/.zshrc, after compinit
        fish: `edge completion fish > ~/.config/fish/completions/edge.fish`
        """;

    public override Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var shell = line.GetValue(_shell);
        var script = shell switch
        {
            "bash" => BashCompletion.Write(_edge),
            "zsh" => ZshCompletion.Write(_edge),
            "fish" => FishCompletion.Write(_edge),
            _ => null,
        };
        if (script is null)
        {
            var what = shell is null ? "SHELL is missing" : $"there is no completion for `{shell}`";
            terminal.Fail(what, $"It is one of {string.Join(", ", ArgumentWords)}: `edge completion bash`.");
            return Task.FromResult(ExitCode.WrongUsage);
        }

        terminal.Out.Write(script);
        return Task.FromResult(ExitCode.Done);
    }
}
