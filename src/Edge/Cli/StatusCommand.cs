using System.CommandLine;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>`edge status`: the tailnet of a running server, as `tailscale status` shows it.</summary>
internal sealed class StatusCommand : EdgeCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document, in the fields of `tailscale status --json`" };
    private readonly Option<string?> _network = new("--network") { Description = "Of several tailnets, which one; the first by default", HelpName = "NAME" };
    private readonly Option<bool> _active = new("--active") { Description = "Only peers that are talked to" };
    private readonly RunningServer _server;

    public StatusCommand()
        : base("status", "Show the networks of a running server and their peers")
    {
        Options.Add(_json);
        Options.Add(_network);
        Options.Add(_active);
        _server = new RunningServer(this, TimeSpan.FromSeconds(30));
    }

    public override IReadOnlyList<string> Usage => ["status [--json] [--active] [--network NAME] [--admin ADDRESS | --config FILE]"];

    public override string Details =>
        """
        The columns: address, name, owner, system, and the path: direct with its endpoint or by which relay, with the bytes sent and
        received. `tailscale --socket=PATH status` shows the same, where the server's admin interface is a socket.
        exit codes: 0 it runs, 1 it does not, or nobody answers, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var named = line.GetValue(_network) is { } name ? $"?network={Uri.EscapeDataString(name)}" : "";
        var (answer, code) = await _server.Ask(line, $"/localapi/v0/status{named}", terminal, cancellation);
        if (answer is null)
            return code;
        if (answer.Status == 404 && named.Length == 0 && !line.GetValue(_json))
            return await Others(line, terminal, isAny: false, cancellation);
        if (answer.Status != 200)
        {
            terminal.Fail(answer.Text.Trim(), "`edge status` without `--network` shows the first tailnet and names the others.");
            return ExitCode.Failed;
        }
        if (line.GetValue(_json))
        {
            terminal.Out.Write(answer.Text);
            terminal.Out.Write('\n');
            return ExitCode.Done;
        }
        using var status = JsonDocument.Parse(answer.Text);
        code = Write(status.RootElement, line.GetValue(_active), terminal);
        return Math.Max(code, named.Length > 0 ? ExitCode.Done : await Others(line, terminal, isAny: true, cancellation));
    }

    private static int Write(JsonElement status, bool activeOnly, Terminal terminal)
    {
        var state = Printable.Of(status, "BackendState");
        var reason = Printable.Of(status, "Reason");
        terminal.Out.Write($"# {Printable.Of(status, "Network")}: {state}{(reason.Length > 0 ? $": {reason}" : "")}\n");
        if (Printable.Of(status, "AuthURL") is { Length: > 0 } url)
            terminal.Out.Write($"# To let this node in, open {url}\n");
        if (status.GetProperty("NetmapCached").GetBoolean())
            terminal.Out.Write("# The network map is of an earlier start: the control server has not answered yet.\n");
        List<string[]> rows = [];
        if (status.GetProperty("Self").GetProperty("InNetworkMap").GetBoolean())
            rows.Add(Row(status, status.GetProperty("Self")));
        if (status.GetProperty("Peer") is { ValueKind: JsonValueKind.Object } peers)
        {
            rows.AddRange(peers.EnumerateObject().Select(static peer => peer.Value)
                .Where(peer => !peer.TryGetProperty("ShareeNode", out _) && (!activeOnly || peer.GetProperty("Active").GetBoolean()))
                .OrderBy(static peer => Printable.Of(peer, "DNSName"), StringComparer.Ordinal).ThenBy(static peer => Printable.Of(peer, "HostName"), StringComparer.Ordinal)
                .Select(peer => Row(status, peer)));
        }
        WriteTable(rows, terminal.Out);
        var health = status.GetProperty("Health").EnumerateArray().Select(static one => Printable.Of(one.GetString()!)).ToList();
        if (health.Count > 0)
            terminal.Out.Write($"\n# Health check:\n{string.Concat(health.Select(static one => $"#     - {one}\n"))}");
        return state == "Running" ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The other networks, a line each.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="terminal">Where it is written.</param>
    /// <param name="isAny">A tailnet was shown before.</param>
    /// <param name="cancellation">Ends it.</param>
    private async Task<int> Others(ParseResult line, Terminal terminal, bool isAny, CancellationToken cancellation)
    {
        var (answer, code) = await _server.Ask(line, "/localapi/v0/networks", terminal, cancellation);
        if (answer is not { Status: 200 })
            return answer is null ? code : ExitCode.Failed;
        using var networks = JsonDocument.Parse(answer.Text);
        var others = networks.RootElement.EnumerateArray().ToList();
        // The first tailnet is what was shown.
        if (isAny && others.FindIndex(static one => Printable.Of(one, "Kind") == "tailscale") is >= 0 and var shown)
            others.RemoveAt(shown);
        if (others.Count == 0)
        {
            if (!isAny)
                terminal.Out.Write("this server is in no network\n");
            return ExitCode.Done;
        }
        if (isAny)
            terminal.Out.Write('\n');
        WriteTable([.. others.Select(static one => (string[])
        [
            $"# {Printable.Of(one, "Name")}", Printable.Of(one, "Kind"), string.Join(", ", one.GetProperty("Addresses").EnumerateArray().Select(static address => address.GetString())),
            $"{one.GetProperty("Connections")} connections, tx {one.GetProperty("TxBytes")} rx {one.GetProperty("RxBytes")}",
        ])], terminal.Out);
        return ExitCode.Done;
    }

    private static string[] Row(JsonElement status, JsonElement node)
    {
        var suffix = $".{Printable.Of(status, "MagicDNSSuffix")}.";
        var name = Printable.Of(node, "DNSName");
        if (suffix.Length > 2 && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            name = name[..^suffix.Length];
        var address = node.GetProperty("TailscaleIPs") is { ValueKind: JsonValueKind.Array } addresses && addresses.GetArrayLength() > 0 ? addresses[0].GetString()! : "";
        return [address, name.Length > 0 ? name.TrimEnd('.') : $"({Printable.Of(node, "HostName")})", Owner(status, node), Printable.Of(node, "OS"), Path(node)];
    }

    private static string Owner(JsonElement status, JsonElement node)
    {
        var id = node.TryGetProperty("AltSharerUserID", out var sharer) ? sharer.GetInt64() : node.GetProperty("UserID").GetInt64();
        if (id == 0)
            return "-";
        var key = id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (status.GetProperty("User") is not { ValueKind: JsonValueKind.Object } users || !users.TryGetProperty(key, out var user))
            return key;
        var login = Printable.Of(user, "LoginName");
        return login.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? login[..(at + 1)] : login;
    }

    /// <summary>In the words of `tailscale status` (cmd/tailscale/cli/status.go of 1.96.5).</summary>
    private static string Path(JsonElement node)
    {
        var (sent, received) = (node.GetProperty("TxBytes").GetUInt64(), node.GetProperty("RxBytes").GetUInt64());
        var isOnline = node.GetProperty("Online").GetBoolean();
        var offersExit = node.GetProperty("ExitNodeOption").GetBoolean();
        var hasTraffic = sent + received > 0;
        string words;
        if (node.GetProperty("Active").GetBoolean())
        {
            var direct = Printable.Of(node, "CurAddr");
            var way = direct.Length > 0 ? $"direct {direct}" : Printable.Of(node, "Relay") is { Length: > 0 } relay ? $"relay \"{relay}\"" : "";
            words = $"active; {(offersExit ? "offers exit node; " : "")}{way}{(isOnline ? "" : "; offline")}";
        }
        else
        {
            words = offersExit ? $"idle; offers exit node{(isOnline ? "" : "; offline")}"
                : hasTraffic ? $"idle{(isOnline ? "" : "; offline")}"
                : isOnline ? "-" : "offline";
        }
        return hasTraffic ? $"{words}, tx {sent} rx {received}" : words;
    }

    private static void WriteTable(List<string[]> rows, TextWriter output)
    {
        if (rows.Count == 0)
            return;
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.Write($"{string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column])))}\n");
    }
}
