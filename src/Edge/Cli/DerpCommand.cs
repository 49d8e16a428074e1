using System.CommandLine;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Edge.Admin;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Node.Tailnet;
using Edge.Orb;
using Edge.Protocols.Derp;
using Edge.Relay;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Edge.Cli;

/// <summary>`edge tun derp`: a relay, until a signal ends it. A part of <see cref="TunCommand"/>, whose line it reads.</summary>
internal sealed class DerpCommand
{
    private const int DefaultPort = 3340;
    private const int LargestKeyFile = 1024;

    /// <summary>What an open relay gives each stranger, and all of them, in Mbit/s.</summary>
    private const double OpenClientRate = 16, OpenTotalRate = 160;

    private readonly Option<string?> _host = new("--host") { Description = "With derp: the address to listen on; all by default", HelpName = "ADDRESS" };
    private readonly Option<string?> _port = new("--port") { Description = "With derp: the TCP port; 3340 by default", HelpName = "PORT" };
    private readonly Option<string?> _stunPort = new("--stun-port") { Description = "With derp: answer STUN on this UDP port too", HelpName = "PORT" };
    private readonly Option<string?> _hostname = new("--hostname") { Description = "With derp: the name or address that clients reach it under", HelpName = "HOST" };
    private readonly Option<string?> _certificate = new("--cert") { Description = "With derp: its certificate and chain, PEM; it makes its own by default", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--key") { Description = "With derp: the certificate's key, PEM", HelpName = "FILE" };
    private readonly Option<string?> _state = new("--state") { Description = "With derp: where its key and its own certificate are kept", HelpName = "FOLDER" };
    private readonly Option<string?> _meshKeyFile = new("--mesh-key-file") { Description = "With derp: the key of the region's mesh, 64 hexadecimal digits", HelpName = "FILE" };
    private readonly Option<string?> _meshWith = new("--mesh-with") { Description = "With derp: the region's other relays, HOST[:PORT][=sha256-raw:HEX], with commas between", HelpName = "HOSTS" };
    private readonly Option<string?> _admissionUrl = new("--admission-url") { Description = "With derp: ask there which nodes may use it", HelpName = "URL" };
    private readonly Option<bool> _failOpen = new("--admission-fail-open") { Description = "With derp: admit all while that does not answer" };
    private readonly Option<string?> _clientRate = new("--client-rate") { Description = "With derp: what one client may send, in Mbit/s; 0 for no limit", HelpName = "MBIT" };
    private readonly Option<string?> _totalRate = new("--total-rate") { Description = "With derp: what all together may send", HelpName = "MBIT" };
    private readonly Option<string?> _bootstrap = new("--bootstrap-dns-names") { Description = "With derp: tell clients these names' addresses, with commas between", HelpName = "NAMES" };
    private readonly Option<string?> _admin = new("--admin") { Description = "With derp: where health and metrics answer, unix:PATH or HOST:PORT", HelpName = "ADDRESS" };
    private readonly Option<string?> _logLevel = new("--log-level") { Description = "With derp: the least that is logged: trace, debug, info, warn or error", HelpName = "LEVEL" };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "With derp: the form of the log: auto, text or json", HelpName = "FORMAT" };

    public const string Usage = "tun derp [--host ADDRESS] [--port PORT] [--stun-port PORT] [--hostname HOST] [--cert FILE --key FILE] [--json] ...";

    public IReadOnlyList<Option> Options =>
    [
        _host, _port, _stunPort, _hostname, _certificate, _key, _state, _meshKeyFile, _meshWith, _admissionUrl, _failOpen, _clientRate, _totalRate,
        _bootstrap, _admin, _logLevel, _logFormat,
    ];

    /// <param name="line">The command line.</param>
    /// <param name="json">Whether standard output gets the map alone.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="cancellation">As good as a signal.</param>
    public async Task<int> Run(ParseResult line, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var level = Level.Information;
        if (line.GetValue(_logLevel) is { } levelText && !OrbCommand.TryParseLevel(levelText, out level))
            return terminal.Refuse($"`--log-level` does not know `{levelText}`", "It is one of trace, debug, info, warn, error.");
        var format = LogFormat.Auto;
        if (line.GetValue(_logFormat) is { } formatText && (!Enum.TryParse(formatText, ignoreCase: true, out format) || char.IsAsciiDigit(formatText[0])))
            return terminal.Refuse($"`--log-format` does not know `{formatText}`", "It is one of auto, text, json.");
        using var logs = new Logs(new StandardStream(2), level, OrbCommand.IsJson(format), TimeProvider.System);
        using var signals = new StopSignals(cancellation);
        using var meter = new Meter("Edge");
        var services = new OrbServices
        {
            Time = TimeProvider.System,
            Logs = logs,
            Dialler = new Dialler(new SystemResolver(), TimeProvider.System),
            Meter = meter,
            Stopping = signals.First,
            Readiness = new Readiness(),
        };
        MeshKey? mesh = null;
        try
        {
            var options = ReadOptions(line, services, out mesh);
            InlineSockets.Use();
            await using var relay = new RelayServer(options);
            signals.HangUp += services.Reload.Run;
            await relay.Start(signals.First);
            await Print(relay, json, terminal, signals.First);
            _ = Settling.Run(null, signals.First);
            await signals.Wait();
            await relay.Stop();
            return ExitCode.Done;
        }
        catch (OrbException failure)
        {
            terminal.Fail(failure.Message, failure.Help);
            return failure.IsConfiguration ? ExitCode.WrongUsage : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.First.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        finally
        {
            mesh?.Dispose();
        }
    }

    /// <summary>A relay beside a server, with all at its defaults but the port.</summary>
    /// <param name="port">The TCP port.</param>
    /// <param name="services">The server's.</param>
    public static RelayServerOptions Beside(int port, OrbServices services) => new()
    {
        Listen = new ListenAddress { Port = port },
        HostName = HostNameOf(null),
        StateFolder = StateDirectory.Find(Environment.GetEnvironmentVariable).Path,
        ClientRate = BytesOf(OpenClientRate),
        TotalRate = BytesOf(OpenTotalRate),
        Logs = services.Logs,
        Resolver = new SystemResolver(),
        Dialler = services.Dialler,
        Meter = services.Meter,
        Readiness = services.Readiness,
        Reload = services.Reload,
    };

    /// <summary>The relay that a network's configuration asks for.</summary>
    /// <param name="network">Whose nodes it is for.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="services">The server's.</param>
    /// <param name="mesh">To be disposed after the relay; null: there is no mesh.</param>
    public static RelayServerOptions Of(TailnetNetwork network, Derp settings, OrbServices services, out MeshKey? mesh)
    {
        // The schema has checked its form.
        mesh = settings.MeshKey is { } secret && MeshKey.TryParse(secret.Reveal(), out var key) ? key : null;
        if (mesh is null && !settings.MeshWith.IsEmpty)
            throw Wrong($"the relay of the network `{network.Network.Name}` has a `meshWith` and no `meshKey`", "Give the key that the region's relays share: `meshKey = env(\"DERP_MESH_KEY\")`.");
        var open = Beside(settings.ServerPort, services);
        return open with
        {
            StunPort = settings.StunPort,
            Mesh = mesh,
            MeshWith = [.. settings.MeshWith.Select(static url => new DerpNode { HostName = url.IdnHost.Trim('[', ']'), Port = url.Port })],
            Admission = settings.VerifyClients ? new NetmapAdmission(() => network.Map, services.Time) : null,
            ClientRate = settings.VerifyClients ? 0 : open.ClientRate,
            TotalRate = settings.VerifyClients ? 0 : open.TotalRate,
        };
    }

    private RelayServerOptions ReadOptions(ParseResult line, OrbServices services, out MeshKey? mesh)
    {
        mesh = null;
        var host = line.GetValue(_host);
        var listen = Address(host, Number(line, _port) ?? DefaultPort);
        var (certificate, key) = (line.GetValue(_certificate), line.GetValue(_key));
        if (certificate is null != key is null)
            throw Wrong("`--cert` and `--key` go together", "Give both, or neither: the relay makes a certificate of its own then.");
        var admission = Admission(line, services);
        if (line.GetValue(_meshKeyFile) is { } meshKeyFile)
            mesh = ReadMeshKey(meshKeyFile);
        var peers = Peers(line.GetValue(_meshWith));
        if (mesh is null && !peers.IsEmpty)
            throw Wrong("`--mesh-with` takes a mesh key", "Give the file that the region's relays share with `--mesh-key-file FILE`.");
        return new RelayServerOptions
        {
            Listen = listen,
            HostName = line.GetValue(_hostname) is { } name ? HostText(name, "--hostname") : HostNameOf(listen.Host),
            StunPort = Number(line, _stunPort),
            CertificateFiles = certificate is null ? null : (certificate, key!),
            StateFolder = line.GetValue(_state) is { } state
                ? state == StateDirectory.Memory ? null : Path.GetFullPath(state)
                : StateDirectory.Find(Environment.GetEnvironmentVariable).Path,
            Mesh = mesh,
            MeshWith = peers,
            Admission = admission,
            ClientRate = Rate(line, _clientRate, admission is null ? OpenClientRate : 0),
            TotalRate = Rate(line, _totalRate, admission is null ? OpenTotalRate : 0),
            BootstrapNames = Names(line.GetValue(_bootstrap)),
            Logs = services.Logs,
            Resolver = new SystemResolver(),
            Dialler = services.Dialler,
            Meter = services.Meter,
            Readiness = services.Readiness,
            Reload = services.Reload,
            Private = [AdminInterface.Listen(AdminOf(line), services, new BuildIdentity(Build.Version, Build.Commit), Environment.GetEnvironmentVariable)],
        };
    }

    private static async Task Print(RelayServer relay, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var map = await relay.Map(cancellation);
        if (!json)
            terminal.Out.Write("# The map of this relay: `derpMap` of a tailnet's policy, or a file that Headscale's `derp.urls` lead to.\n");
        CliJson.Write(terminal.Out, map, RelayJson.Default.DerpMapDocument);
        await terminal.Out.FlushAsync(cancellation);
    }

    private UrlAdmission? Admission(ParseResult line, OrbServices services)
    {
        if (line.GetValue(_admissionUrl) is not { } text)
            return line.GetValue(_failOpen) ? throw Wrong("`--admission-fail-open` goes with `--admission-url`", "Without one all are admitted anyway.") : null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? new UrlAdmission(url, line.GetValue(_failOpen), services.Dialler, services.Logs.CreateLogger("relay"))
            : throw Wrong($"`--admission-url` cannot ask `{text}`", "Give a URL such as `https://admission.example.com/derp`.");
    }

    private AdminConfiguration AdminOf(ParseResult line)
    {
        if (line.GetValue(_admin) is not { } text)
            return new AdminConfiguration();
        if (!ListenAddress.TryParse(text, out var listen))
            throw Wrong($"`--admin` cannot listen on `{text}`", "Give `unix:PATH`, or an address of this host such as `127.0.0.1:9090`.");
        return listen.IsLocal
            ? new AdminConfiguration { Listen = listen }
            : throw Wrong("other hosts could reach the admin interface, which has no password", "Use an address of this host, such as `127.0.0.1:9090`.");
    }

    private static MeshKey ReadMeshKey(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (info.Length > LargestKeyFile)
                throw Wrong($"`{file}` is no mesh key: it has {info.Length} bytes", "It has 64 hexadecimal digits, as derper's `--mesh-psk-file`: `openssl rand -hex 32`.");
            var bytes = File.ReadAllText(file);
            return MeshKey.TryParse(bytes, out var key) ? key : throw Wrong($"`{file}` holds no mesh key", "It has 64 hexadecimal digits, as derper's `--mesh-psk-file`: `openssl rand -hex 32`.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"the mesh key `{file}` cannot be read: {FileFault.Describe(failure)}", "Name a file that edge may read with `--mesh-key-file`.");
        }
    }

    private static ImmutableArray<DerpNode> Peers(string? list)
    {
        var peers = ImmutableArray.CreateBuilder<DerpNode>();
        foreach (var text in (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            peers.Add(MeshPeer.TryParse(text, out var node) ? node : throw Wrong($"`--mesh-with` does not know what `{text}` is", "Give relays as HOST, HOST:PORT or HOST:PORT=sha256-raw:HEX, with commas between."));
        return peers.ToImmutable();
    }

    private static ImmutableArray<string> Names(string? list)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var name in (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            names.Add(HostText(name, "--bootstrap-dns-names"));
        return names.ToImmutable();
    }

    private static ListenAddress Address(string? host, int port) =>
        host is null ? new ListenAddress { Port = port }
        : HostPort.TryParse(Bracketed(host) + ":1", out var parsed) ? new ListenAddress { Host = parsed.Host, Port = port }
        : throw Wrong($"`--host` cannot listen on `{host}`", "Give an address of this machine, or leave it out for all.");

    private static string HostText(string text, string option) =>
        HostPort.TryParse(Bracketed(text) + ":1", out var parsed) ? parsed.Host : throw Wrong($"`{option}` does not know `{text}`", "Give a name or an address, without a port.");

    private static string Bracketed(string host) => host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;

    private static string HostNameOf(string? host)
    {
        if (host is not null && !(IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))))
            return host;
        return (OwnAddress.Find() ?? IPAddress.Loopback).ToString();
    }

    private static int? Number(ParseResult line, Option<string?> option)
    {
        if (line.GetValue(option) is not { } text)
            return null;
        if (text == "0")
            return 0;
        return HostPort.TryParsePort(text, out var port) ? port : throw Wrong($"`{option.Name}` wants a port, 0 to 65535, not `{text}`", "0 is any that is free: the map tells which. `edge help tun` says how it is used.");
    }

    private static long Rate(ParseResult line, Option<string?> option, double otherwise)
    {
        if (line.GetValue(option) is not { } text)
            return BytesOf(otherwise);
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate <= 1e6
            ? BytesOf(rate)
            : throw Wrong($"`{option.Name}` wants a number of Mbit/s, not `{text}`", "0 is no limit.");
    }

    private static long BytesOf(double megabits) => (long)(megabits * 1e6 / 8);

    private static OrbException Wrong(string what, string help) => new(what, help, isConfiguration: true);
}
