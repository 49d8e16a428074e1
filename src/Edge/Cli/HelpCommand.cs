using System.CommandLine;

namespace Edge.Cli;

/// <summary>`edge help [COMMAND]`.</summary>
internal sealed class HelpCommand : EdgeCommand
{
    private readonly EdgeCommandLine _edge;
    private readonly Argument<string?> _command = new("COMMAND") { Description = "The command to explain", Arity = ArgumentArity.ZeroOrOne };

    public HelpCommand(EdgeCommandLine edge)
        : base("help", "Explain a command, or list them")
    {
        _edge = edge;
        Arguments.Add(_command);
    }

    public override IReadOnlyList<string> Usage => ["help [COMMAND]"];

    public override IReadOnlyList<string> ArgumentWords => [.. _edge.Commands.Select(command => command.Name)];

    public override Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var name = line.GetValue(_command);
        if (name is null)
            Help.WriteOverview(_edge, terminal.Out);
        else if (_edge.Find(name) is { } command)
            Help.WriteCommand(command, terminal.Out);
        else
            return Task.FromResult(_edge.RefuseCommand(name, terminal));
        return Task.FromResult(ExitCode.Done);
    }
}
