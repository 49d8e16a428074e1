using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Edge.Io;
using Edge.Io.Tun;
using Edge.Node.Tunnels;
using Edge.Node.WgQuick;

namespace Edge.Cli;

/// <summary>`edge tun`: a WireGuard tunnel on a TUN interface, from a wg-quick file; and a relay for the nodes of a network.</summary>
internal sealed class TunCommand : EdgeCommand
{
    private readonly Argument<string?> _action = new("ACTION") { Description = "up, down, status or derp", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _config = new("--config") { Description = "With up: the wg-quick file", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--name") { Description = "The interface; for up, the file's name without .conf by default", HelpName = "IFACE" };
    private readonly Option<bool> _json = new("--json") { Description = "With status, and with derp: one JSON document" };
    private readonly Option<string?> _runDirectory = new("--run-dir") { Description = "Where running tunnels leave their sockets", HelpName = "FOLDER" };
    private readonly Option<string?> _keyLog = new("--key-log") { Description = "With up, for debugging: write every session's keys for Wireshark", HelpName = "FILE" };
    private readonly Option<bool> _noOffload = new("--no-offload") { Description = "With up: exchange single packets only with the kernel" };

    private readonly DerpCommand _derp = new();

    public TunCommand()
        : base("tun", "Run a WireGuard tunnel from a wg-quick file, or a DERP relay")
    {
        Arguments.Add(_action);
        foreach (var option in (IEnumerable<Option>)[_config, _name, _json, _runDirectory, _keyLog, _noOffload, .. _derp.Options])
            Options.Add(option);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "tun up --config FILE [--name IFACE] [--run-dir FOLDER] [--key-log FILE] [--no-offload]",
        "tun down [--name IFACE] [--run-dir FOLDER]",
        "tun status [--name IFACE] [--json] [--run-dir FOLDER]",
        DerpCommand.Usage,
    ];

    public override IReadOnlyList<string> ArgumentWords => ["up", "down", "status", "derp"];

    public override string Details =>
        """
        `up` stays in the foreground until SIGINT, SIGTERM or `edge tun down`, and then undoes what it set up. It takes root or CAP_NET_ADMIN.
        Every error in FILE is printed to standard error as FILE:LINE: error: WHAT.
        `derp` runs a relay until SIGINT or SIGTERM, and prints the DERP map with which nodes find it. Without `--admission-url` it is open to
        anybody, and limits what they send.
        exit codes: 0 done, 1 failed at run time, 2 wrong usage or configuration
        """;

    public override Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var directory = line.GetValue(_runDirectory) ?? RunDirectory.DefaultPath(Environment.GetEnvironmentVariable);
        var name = line.GetValue(_name);
        var action = line.GetValue(_action);
        if (action is not ("up" or "down" or "status" or "derp"))
            return Refuse(terminal, action is null ? "ACTION is missing" : $"`edge tun` has no action `{action}`");
        if (action != "up" && (line.GetValue(_config) is not null || line.GetValue(_keyLog) is not null || line.GetValue(_noOffload)))
            return Refuse(terminal, "`--config`, `--key-log` and `--no-offload` go with `up`");
        if (action is not ("status" or "derp") && line.GetValue(_json))
            return Refuse(terminal, "`--json` goes with `status` and `derp`");
        if (action != "derp" && _derp.Options.FirstOrDefault(option => line.GetResult(option) is { Implicit: false }) is { } relays)
            return Refuse(terminal, $"`{relays.Name}` goes with `derp`");
        if (action == "derp" && (name is not null || line.GetValue(_runDirectory) is not null))
            return Refuse(terminal, "`--name` and `--run-dir` do not go with `derp`");
        if (name is not null && !IsInterfaceName(name))
            return Refuse(terminal, $"`{name}` is no interface's name: 1 to {TunDevice.MaxNameLength} letters, digits and any of _=+.-");
        switch (action)
        {
            case "down":
                return Down(name, directory, terminal, cancellation);
            case "status":
                return Status(name, directory, line.GetValue(_json), terminal, cancellation);
            case "derp":
                return _derp.Run(line, line.GetValue(_json), terminal, cancellation);
        }
        if (line.GetValue(_config) is not { } config)
            return Refuse(terminal, "`--config` is missing");
        name ??= Path.GetFileNameWithoutExtension(config);
        if (!IsInterfaceName(name))
            return Refuse(terminal, $"`{name}`, the file's name, cannot be an interface's: give one with `--name`");
        return Up(config, new TunnelOptions
        {
            InterfaceName = name,
            RunDirectory = directory,
            StateDirectory = StateDirectory.Find(Environment.GetEnvironmentVariable).Path,
            KeyLog = line.GetValue(_keyLog),
            Resolver = new SystemResolver(),
            AllowsOffload = !line.GetValue(_noOffload),
            Report = text => terminal.Error.Write($"edge: {text}\n"),
        }, terminal, cancellation);
    }

    private static async Task<int> Up(string config, TunnelOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var configuration = Read(config, terminal);
        if (configuration is null)
            return ExitCode.WrongUsage;
        try
        {
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnSignal(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.TrySetResult();
            }
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
            await using var cancelled = cancellation.Register(() => stop.TrySetResult());
            await using var tunnel = await WireGuardTunnel.Start(configuration, options);
            options.Report($"the tunnel {tunnel.InterfaceName} is up: UDP port {tunnel.ListenPort}, {Count(configuration.Peers.Count, "peer")}");
            await await Task.WhenAny(stop.Task, tunnel.Ended);
            return ExitCode.Done;
        }
        catch (Io.Native.SystemError e)
        {
            terminal.Fail(e.Message, e.Advice.Length > 0 ? e.Advice : "`edge check --system` looks at the machine.");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            terminal.Fail(e.Message, "The tunnel is down, and what it had set up is undone.");
            return ExitCode.Failed;
        }
    }

    private static QuickConfiguration? Read(string path, Terminal terminal)
    {
        string text;
        try
        {
            text = QuickFile.Read(path, out var isOpenToOthers);
            if (isOpenToOthers)
                terminal.Error.Write($"edge: {path} holds a private key and others may read it: chmod 600 it\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Fail($"{path} cannot be read: {e.Message}", "Name a wg-quick file with `--config`.");
            return null;
        }
        var configuration = QuickParser.Parse(text, out var errors);
        foreach (var error in errors)
            terminal.WriteError($"{path}:{error.Line}: error: {error.Message}\n{(error.Advice is null ? "" : $"  help: {error.Advice}\n")}");
        if (errors.Count == 0)
            return configuration;
        configuration.Dispose();
        return null;
    }

    private static async Task<int> Down(string? name, string directory, Terminal terminal, CancellationToken cancellation)
    {
        var path = Find(name, directory, terminal, out var found);
        if (path is null)
            return ExitCode.Failed;
        try
        {
            if (await TunnelSocket.Ask(path, TunnelSocket.DownRequest, cancellation) is { Length: > 0 })
            {
                await TunnelEnd.Wait(directory, found, cancellation);
                return ExitCode.Done;
            }
            // Nobody answers: what is left of a crash goes now.
            HostSetup.CleanUp(RunDirectory.Open(directory), text => terminal.Error.Write($"edge: {text}\n"));
            return ExitCode.Done;
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            terminal.Fail($"{found} does not go down: {e.Message}", "Look at what its process is doing, or end it.");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> Status(string? name, string directory, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var path = Find(name, directory, terminal, out var found);
        if (path is null)
            return ExitCode.Failed;
        TunnelStatus? status = null;
        try
        {
            if (await TunnelSocket.Ask(path, TunnelSocket.StatusRequest, cancellation) is { Length: > 0 } answer)
                status = TunnelStatus.Read(answer);
        }
        catch (Exception e) when (e is TimeoutException or JsonException)
        {
            terminal.Fail($"{found}: {e.Message}", "Look at what its process is doing.");
            return ExitCode.Failed;
        }
        if (status is null)
        {
            terminal.Fail($"the tunnel {found} is not running", "Its process ended without cleaning up: `edge tun down` or the next `up` does that.");
            return ExitCode.Failed;
        }
        if (json)
            CliJson.Write(terminal.Out, status, CliJson.Default.TunnelStatus);
        else
            Print(status, terminal.Out);
        return ExitCode.Done;
    }

    private static void Print(TunnelStatus status, TextWriter output)
    {
        output.Write($"interface {status.Interface}\n  public key: {status.PublicKey}\n  listening port: {status.ListenPort}\n  mtu: {status.Mtu}\n");
        if (status.FwMark != 0)
            output.Write(string.Create(CultureInfo.InvariantCulture, $"  fwmark: 0x{status.FwMark:x}\n"));
        output.Write($"  offloads: {(status.Offloads.Count > 0 ? string.Join(", ", status.Offloads) : "none")}\n");
        if (status.Peers.Count > 0)
            output.Write($"\n{"PEER",-44}  {"ENDPOINT",-24}  {"HANDSHAKE",-10}  {"RECEIVED",10}  {"SENT",10}  ALLOWED IPS\n");
        foreach (var peer in status.Peers)
        {
            output.Write($"{peer.PublicKey,-44}  {peer.Endpoint ?? "unknown",-24}  {Age(peer.HandshakeAgeSeconds),-10}  ");
            output.Write($"{Bytes(peer.ReceivedBytes),10}  {Bytes(peer.SentBytes),10}  {string.Join(", ", peer.AllowedIps)}\n");
        }
        foreach (var (reason, count) in status.Counters.Dropped)
            output.Write(string.Create(CultureInfo.InvariantCulture, $"dropped, {reason}: {count}\n"));
    }

    private static string? Find(string? name, string directory, Terminal terminal, out string found)
    {
        IReadOnlyList<string> names = [];
        try
        {
            if (Directory.Exists(directory))
                names = RunDirectory.Open(directory).Names();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Fail($"{directory} cannot be read: {e.Message}", "Run this as the user who runs the tunnel.");
            found = "";
            return null;
        }
        found = name ?? (names.Count == 1 ? names[0] : "");
        if (names.Contains(found))
            return Path.Combine(directory, $"{found}.sock");
        if (name is null && names.Count > 1)
            terminal.Fail($"there are several tunnels: {string.Join(", ", names)}", "Name one with `--name`.");
        else
            terminal.Fail(name is null ? "there is no tunnel" : $"there is no tunnel `{name}`", "`edge tun up --config FILE` brings one up.");
        return null;
    }

    private static bool IsInterfaceName(string name) =>
        name.Length is > 0 and <= TunDevice.MaxNameLength && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || "_=+.-".Contains(c));

    private static string Age(double? seconds) => seconds switch
    {
        null => "never",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s ago"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0} h ago"),
    };

    private static string Bytes(ulong bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB"),
    };

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static Task<int> Refuse(Terminal terminal, string what)
    {
        terminal.Fail(what, "`edge help tun` says how it is used.");
        return Task.FromResult(ExitCode.WrongUsage);
    }
}
