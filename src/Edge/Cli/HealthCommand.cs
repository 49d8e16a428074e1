using System.CommandLine;
using Edge.Admin;
using Edge.Config;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Cli;

/// <summary>`edge health`: asks a running server, for images that have no shell and no curl.</summary>
internal sealed class HealthCommand : EdgeCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly Option<bool> _ready = new("--ready") { Description = "Ask whether it wants requests, rather than whether it lives" };
    private readonly Option<string?> _admin = new("--admin") { Description = "Where to ask, as `edge orb --admin` was told: unix:PATH or HOST:PORT", HelpName = "ADDRESS" };
    private readonly Option<string?> _config = new("--config") { Description = "Where to ask, as this configuration says", HelpName = "FILE" };

    public HealthCommand()
        : base("health", "Ask a running server whether it is well")
    {
        Options.Add(_ready);
        Options.Add(_admin);
        Options.Add(_config);
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
        if (!TryFindAddresses(line, terminal, out var addresses))
            return ExitCode.WrongUsage;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        var dialler = new Dialler(new SystemResolver(), TimeProvider.System);
        List<string> failures = [];
        foreach (var address in addresses)
        {
            try
            {
                var answer = await AdminClient.Get(address, line.GetValue(_ready) ? "/readyz" : "/healthz", dialler, limit.Token);
                terminal.Out.Write(answer.Text);
                return answer.Status == 200 ? ExitCode.Done : ExitCode.Failed;
            }
            catch (AdminException failure)
            {
                failures.Add(failure.Message);
            }
            catch (OperationCanceledException)
            {
                failures.Add($"`{address}` does not answer within {s_limit.TotalSeconds} s");
                break;
            }
        }
        terminal.Fail(string.Join("; ", failures), "Is `edge orb` running as this user? Where its configuration says `admin { listen = ... }`, give that address as `--admin`.");
        return ExitCode.Failed;
    }

    private bool TryFindAddresses(ParseResult line, Terminal terminal, out IReadOnlyList<ListenAddress> addresses)
    {
        addresses = [];
        if (line.GetValue(_admin) is { } text)
        {
            if (line.GetValue(_config) is not null)
            {
                terminal.Fail("`--admin` and `--config` both say where to ask", "`edge help health` says how it is used.");
                return false;
            }
            if (!ListenAddress.TryParse(text, out var address))
            {
                terminal.Fail($"`--admin` cannot be `{text}`", "Give `unix:PATH`, or an address such as `127.0.0.1:9090`.");
                return false;
            }
            addresses = [address];
            return true;
        }
        ListenAddress? configured = null;
        if (line.GetValue(_config) is { } file)
        {
            var result = ConfigurationLoader.Load(file, new LoadOptions { Trace = terminal.Error.WriteLine });
            if (result.Configuration is not { } configuration)
            {
                new CheckReport(file, json: false, terminal).Write(result.Errors);
                return false;
            }
            configured = configuration.Admin.Listen;
        }
        addresses = configured is not null ? [configured] : [.. AdminAddress.Candidates(Environment.GetEnvironmentVariable)];
        return true;
    }
}
