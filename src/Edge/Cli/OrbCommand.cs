using System.CommandLine;
using Edge.Admin;
using Edge.Config;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb;
using LogLevel = Edge.Foundation.Configuration.LogLevel;

namespace Edge.Cli;

/// <summary>`edge orb`: the server, until a signal ends it.</summary>
internal sealed class OrbCommand : EdgeCommand
{
    private const int DefaultRelayPort = 3340;

    private readonly Option<string?> _config = new("--config") { Description = "The configuration, such as server.pkl", HelpName = "FILE" };
    private readonly Option<string?> _admin = new("--admin") { Description = "Where health, metrics and status answer: unix:PATH or HOST:PORT", HelpName = "ADDRESS" };
    private readonly Option<string?> _logLevel = new("--log-level") { Description = "The least that is logged: trace, debug, info, warn or error", HelpName = "LEVEL" };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "The form of the log: auto, text or json", HelpName = "FORMAT" };
    private readonly Option<bool> _derp = new("--derp") { Description = "Run a DERP relay too" };
    private readonly Option<string?> _derpPort = new("--derp-port") { Description = "The relay's TCP port; 3340 by default", HelpName = "PORT" };
    private readonly Option<bool> _direct = new("--tailscale-direct") { Description = "Be a node of a tailnet, without tailscaled" };
    private readonly Option<bool> _tun = new("--tun") { Description = "The tailnet is an interface of the host too, for other programs" };
    private readonly NodeFlags _node = new();
    private readonly Option<bool> _noTui = new("--no-tui") { Description = "No full-screen view (there is none yet)" };

    // Flags of later builds: known, so that they are refused by what they are and not as a mistake.
    private readonly (Option Option, string Help)[] _later;

    public OrbCommand()
        : base("orb", "Run the HTTP server")
    {
        const string Networks = "This build cannot speak to the host's tailscaled yet: with `--tailscale-direct` this process is a node itself.";
        _later =
        [
            (Flag("--tailscale"), Networks),
            (Flag("--funnel"), Networks),
            (Flag("--auto-https"), "Give certificates as files: `tls { certFile = \"...\"; keyFile = \"...\" }`."),
            (Flag("--upgrade"), "Stop the running server with SIGTERM and start this one."),
            (Flag("--tui"), "Leave it out; the log says what happens."),
        ];
        Options.Add(_config);
        Options.Add(_admin);
        Options.Add(_logLevel);
        Options.Add(_logFormat);
        Options.Add(_derp);
        Options.Add(_derpPort);
        Options.Add(_direct);
        Options.Add(_tun);
        foreach (var option in _node.Options)
            Options.Add(option);
        Options.Add(_noTui);
        foreach (var (option, _) in _later)
            Options.Add(option);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "orb --config FILE [--admin ADDRESS] [--log-level LEVEL] [--log-format FORMAT] [--derp [--derp-port PORT]]",
        "orb --config FILE --tailscale-direct [--tailscale-auth-key KEY] [--control-url URL] [--hostname NAME] [--state DIR] [--ephemeral] [--advertise-tags TAGS] [--tun]",
    ];

    public override string Details =>
        """
        Serves until SIGTERM or SIGINT, then lets requests under way finish; a second signal ends it at once. SIGHUP reads
        certificates and opens log files again. Health and metrics answer on a socket in the state folder, `edge health` asks it.
        A node's key is taken from TS_AUTHKEY too (`file:PATH` names a file), its name from TS_HOSTNAME, the control server from TS_CONTROL_URL.
        exit codes: 0 stopped, 1 failed, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var (option, help) in _later)
        {
            if (line.GetResult(option) is { Implicit: false })
                return terminal.Refuse($"this build does not have `{option.Name}` yet", help);
        }
        if (line.GetValue(_config) is not { } file)
            return terminal.Refuse("`--config FILE` is missing", "`edge help orb` says how it is used.");
        if (!TryReadRelayPort(line, out var relayPort, terminal))
            return ExitCode.WrongUsage;

        var result = ConfigurationLoader.Load(file, new LoadOptions { Trace = terminal.Error.WriteLine, WireGuardFiles = WireGuardFiles.Read });
        if (result.Configuration is not { } configuration)
        {
            new CheckReport(file, json: false, terminal).Write(result.Errors);
            return ExitCode.WrongUsage;
        }
        return TryOverride(line, ref configuration, terminal) && _node.TryApply(line, line.GetValue(_direct), ref configuration, Environment.GetEnvironmentVariable, terminal)
            && TryOpenInterface(line, ref configuration, terminal) ? await Serve(configuration, relayPort, terminal, cancellation) : ExitCode.WrongUsage;
    }

    /// <param name="line">The command line.</param>
    /// <param name="port">Null: no relay is asked for.</param>
    /// <param name="terminal">Told what is wrong.</param>
    private bool TryReadRelayPort(ParseResult line, out int? port, Terminal terminal)
    {
        port = line.GetValue(_derp) ? DefaultRelayPort : null;
        if (line.GetValue(_derpPort) is not { } text)
            return true;
        if (port is null)
        {
            terminal.Refuse("`--derp-port` goes with `--derp`", "Give both, or neither.");
            return false;
        }
        if (!HostPort.TryParsePort(text, out var given))
        {
            terminal.Refuse($"`--derp-port` wants a port, 1 to 65535, not `{text}`", "`edge help orb` says how it is used.");
            return false;
        }
        port = given;
        return true;
    }

    private static async Task<int> Serve(EdgeServer configuration, int? relayPort, Terminal terminal, CancellationToken cancellation)
    {
        using var logs = new Logs(new StandardStream(2), LevelOf(configuration.Logging.Level), IsJson(configuration.Logging.Format), TimeProvider.System);
        using var signals = new StopSignals(cancellation);
        InlineSockets.Use();
        try
        {
            await using var server = new OrbServer(configuration, new OrbOptions
            {
                Logs = logs,
                StandardOutput = new StandardStream(1),
                StandardError = new StandardStream(2),
                StateDirectory = StateDirectory.Find(Environment.GetEnvironmentVariable).Path,
                Version = Build.Version,
                Private = services => [AdminInterface.Listen(configuration.Admin, services, new BuildIdentity(Build.Version, Build.Commit), Environment.GetEnvironmentVariable)],
            });
            signals.HangUp += server.Reload;
            await using var relays = new RelaysBeside(configuration, relayPort, server);
            await server.Start(signals.First);
            await relays.Start(signals.First);
            _ = Settling.Run(server.Networks.Nodes.IsEmpty ? null : () => server.Services.Readiness.IsReady, signals.First);
            await signals.Wait();
            await Task.WhenAll(server.Stop(), relays.Stop());
            return ExitCode.Done;
        }
        catch (OrbException failure)
        {
            terminal.Fail(failure.Message, failure.Help);
            return failure.IsConfiguration ? ExitCode.WrongUsage : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.First.IsCancellationRequested)
        {
            // Stopped before it had started.
            return ExitCode.Done;
        }
    }

    private bool TryOpenInterface(ParseResult line, ref EdgeServer configuration, Terminal terminal)
    {
        if (!line.GetValue(_tun))
            return true;
        var networks = configuration.Networks;
        var own = networks.Where(static network => network.Value.Tailscale is { Direct: true }).ToList();
        if (own.Count != 1)
        {
            terminal.Refuse(own.Count == 0 ? "`--tun` goes with `--tailscale-direct`" : $"`--tun` is for one Tailscale network, and the configuration has {own.Count}",
                own.Count == 0 ? "Give both, or neither." : "Set it in the file, for each network: `tailscale { dataPlane { tun = true } }`, with a `tunName` each.");
            return false;
        }
        var (name, network) = own[0];
        var tailscale = network.Tailscale!;
        var changed = network with { Tailscale = tailscale with { DataPlane = tailscale.DataPlane with { Tun = true } } };
        configuration = configuration with { Networks = networks.Replace(own[0], KeyValuePair.Create(name, changed)) };
        return true;
    }

    private bool TryOverride(ParseResult line, ref EdgeServer configuration, Terminal terminal)
    {
        var logging = configuration.Logging;
        if (line.GetValue(_logLevel) is { } level)
        {
            if (!Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed) || char.IsAsciiDigit(level[0]))
            {
                terminal.Refuse($"`--log-level` does not know `{level}`", "It is one of trace, debug, info, warn, error.");
                return false;
            }
            logging = logging with { Level = parsed };
        }
        if (line.GetValue(_logFormat) is { } format)
        {
            if (!Enum.TryParse<LogFormat>(format, ignoreCase: true, out var parsed) || char.IsAsciiDigit(format[0]))
            {
                terminal.Refuse($"`--log-format` does not know `{format}`", "It is one of auto, text, json.");
                return false;
            }
            logging = logging with { Format = parsed };
        }
        var admin = configuration.Admin;
        if (line.GetValue(_admin) is { } address)
        {
            if (!ListenAddress.TryParse(address, out var listen))
            {
                terminal.Refuse($"`--admin` cannot listen on `{address}`", "Give `unix:PATH`, or an address of this host such as `127.0.0.1:9090`.");
                return false;
            }
            if (!listen.IsLocal && !admin.AllowRemote)
            {
                terminal.Refuse("other hosts could reach the admin interface, which has no password", "Use an address of this host, such as `127.0.0.1:9090`, or say `admin { allowRemote = true }`.");
                return false;
            }
            admin = admin with { Listen = listen };
        }
        configuration = configuration with { Logging = logging, Admin = admin };
        return true;
    }

    private static Microsoft.Extensions.Logging.LogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => Microsoft.Extensions.Logging.LogLevel.Trace,
        LogLevel.Debug => Microsoft.Extensions.Logging.LogLevel.Debug,
        LogLevel.Info => Microsoft.Extensions.Logging.LogLevel.Information,
        LogLevel.Warn => Microsoft.Extensions.Logging.LogLevel.Warning,
        _ => Microsoft.Extensions.Logging.LogLevel.Error,
    };

    /// <summary>Takes the names of the schema.</summary>
    internal static bool TryParseLevel(string text, out Microsoft.Extensions.Logging.LogLevel level)
    {
        var isLevel = Enum.TryParse<LogLevel>(text, ignoreCase: true, out var parsed) && !char.IsAsciiDigit(text[0]);
        level = LevelOf(parsed);
        return isLevel;
    }

    internal static bool IsJson(LogFormat format) => format == LogFormat.Json || (format == LogFormat.Auto && Console.IsErrorRedirected);

    private static Option<bool> Flag(string name) => new(name) { Hidden = true };
}
