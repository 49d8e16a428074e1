using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Http;
using Edge.Node.Status;
using Edge.Node.Tailnet.Checks;

namespace Edge.Cli;

/// <summary>`edge netcheck`: what the network lets through, and how far the relays are; as a running server sees it, or this process.</summary>
internal sealed class NetCheckCommand : EdgeCommand
{
    /// <summary>Tailscale's own map has some 100 KB.</summary>
    private const int LargestMap = 4 << 20;

    private readonly Option<bool> _json = new("--json") { Description = "One JSON document, in the fields of `tailscale netcheck --format=json`" };
    private readonly Option<string?> _network = new("--network") { Description = "Of several tailnets, which one; the first by default", HelpName = "NAME" };
    private readonly Option<string?> _map = new("--derp-map") { Description = "Without a server: the relays of this file, a DERP map in JSON, such as `edge tun derp --json` prints", HelpName = "FILE" };
    private readonly Option<string?> _controlUrl = new("--control-url") { Description = "Without a server: the relays that this control server publishes, as Tailscale's does", HelpName = "URL" };
    private readonly RunningServer _server;

    public NetCheckCommand()
        : base("netcheck", "Show what the network lets through, and how far the relays are")
    {
        foreach (var option in (IEnumerable<Option>)[_json, _network, _map, _controlUrl])
            Options.Add(option);
        _server = new RunningServer(this, TimeSpan.FromSeconds(30));
    }

    public override IReadOnlyList<string> Usage =>
    [
        "netcheck [--json] [--network NAME] [--admin ADDRESS | --config FILE]",
        "netcheck [--json] --derp-map FILE | --control-url URL",
    ];

    public override string Details =>
        """
        A running server asks from the socket that its peers send to. Without one, this process asks, and joins nothing. Routers that map ports
        on request are not looked for.
        exit codes: 0 a relay answered, 1 none did, or nobody to ask, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var (file, url) = (line.GetValue(_map), line.GetValue(_controlUrl));
        if (file is not null && url is not null)
            return terminal.Refuse("`--derp-map` and `--control-url` both say which relays there are", "Give one of them.");
        string? text;
        if (file is null && url is null)
        {
            (text, var code) = await AskServer(line, terminal, cancellation);
            if (text is null)
                return code;
        }
        else
        {
            using var signals = new StopSignals(cancellation);
            var (map, code) = file is not null ? ReadMap(file, terminal) : await FetchMap(url!, terminal, signals.First);
            if (map is null)
                return code;
            text = await CheckHere(map, signals.First);
        }
        using var document = JsonDocument.Parse(text);
        if (line.GetValue(_json))
            terminal.Out.Write(text + "\n");
        else
            NetCheckText.Write(document.RootElement, terminal.Out);
        return document.RootElement.GetProperty("RegionLatency").EnumerateObject().Any() ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<(string? Text, int Code)> AskServer(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var named = line.GetValue(_network) is { } name ? $"?network={Uri.EscapeDataString(name)}" : "";
        var (answer, code) = await _server.Ask(
            line, $"/localapi/v0/netcheck{named}", terminal, cancellation, isPost: true,
            "Is `edge orb` running as this user? Without a server, name the relays with `--derp-map FILE` or `--control-url URL`.");
        if (answer is null or { Status: 200 })
            return (answer?.Text, code);
        terminal.Fail(answer.Text.Trim(), "`edge status` shows how the networks stand.");
        return (null, ExitCode.Failed);
    }

    private static async Task<string> CheckHere(DerpMap map, CancellationToken cancellation)
    {
        var found = await new StandaloneCheck(new SystemResolver(), TimeProvider.System, new SystemEntropy()).Run(map, cancellation);
        return CliJson.Text(json => NetCheckJson.Write(json, found));
    }

    private static (DerpMap? Map, int Code) ReadMap(string file, Terminal terminal)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, terminal.Refuse($"`{file}` cannot be read: {FileFault.Describe(failure)}", "Name a DERP map in JSON: `{\"Regions\": {\"900\": ...}}`."));
        }
        return RelayMapText.TryRead(bytes, out var map, out var fault)
            ? (map, ExitCode.Done)
            : (null, terminal.Refuse($"`{file}` is no DERP map: {fault}", "It begins with `{\"Regions\": {\"900\": {\"Nodes\": [...]`."));
    }

    private static async Task<(DerpMap? Map, int Code)> FetchMap(string url, Terminal terminal, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            return (null, terminal.Refuse($"`--control-url` is no control server: `{url}`", "Write `https://host` or `http://host:port`."));
        // tailscale 1.96.5, cmd/tailscale/cli/netcheck.go, prodDERPMap.
        var place = new Uri(server, "/derpmap/default");
        try
        {
            var asker = new HttpAsker(new Dialler(new SystemResolver(), TimeProvider.System), CaBundle.Roots());
            var answer = await asker.Ask(new HttpQuestion(HttpMethod.Get, place) { MostBytes = LargestMap }, cancellation);
            var fault = $"it answers {(int)answer.Status}";
            if (answer.Status == HttpStatusCode.OK && answer.Body is { } body && RelayMapText.TryRead(body.Span, out var map, out fault))
                return (map, ExitCode.Done);
            terminal.Fail(string.Create(CultureInfo.InvariantCulture, $"{place} gives no DERP map: {fault}"), "Tailscale's own server publishes one, Headscale does not: give a file with `--derp-map`.");
        }
        catch (IOException failure)
        {
            terminal.Fail($"{place} is not to be had: {failure.Message}", "Give a file with `--derp-map`.");
        }
        return (null, ExitCode.Failed);
    }
}
