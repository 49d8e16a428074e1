using System.CommandLine;

namespace Edge.Cli;

/// <summary>`edge health`: asks a running server, for images that have no shell and no curl.</summary>
internal sealed class HealthCommand : EdgeCommand
{
    private readonly Option<bool> _ready = new("--ready") { Description = "Ask whether it wants requests, rather than whether it lives" };
    private readonly RunningServer _server;

    public HealthCommand()
        : base("health", "Ask a running server whether it is well")
    {
        Options.Add(_ready);
        _server = new RunningServer(this);
    }

    public override IReadOnlyList<string> Usage => ["health [--ready] [--admin ADDRESS | --config FILE]"];

    public override string Details =>
        """
        Without an address it asks where a server answers that was given none: a socket in the state folder ($TS_STATE_DIR,
        $XDG_STATE_HOME/edge or ~/.local/state/edge), or the abstract one.
        exit codes: 0 well, 1 not well or nobody answers within 5 s, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var (answer, code) = await _server.Ask(line, line.GetValue(_ready) ? "/readyz" : "/healthz", terminal, cancellation);
        if (answer is null)
            return code;
        terminal.Out.Write(answer.Text);
        return answer.Status == 200 ? ExitCode.Done : ExitCode.Failed;
    }
}
