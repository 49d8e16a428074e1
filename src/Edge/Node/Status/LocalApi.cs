using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Names;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;

namespace Edge.Node.Status;

/// <summary>
/// What may be asked of the networks of a running server: the paths and answers of Tailscale's LocalAPI (ipn/localapi of 1.96.5) where it has them, so that
/// its own `tailscale --socket=...` can ask too. Several networks are told apart by `network=NAME`; without, the first tailnet is meant.
/// </summary>
/// <param name="networks">Whose.</param>
/// <param name="version">Edge's own.</param>
/// <param name="time">The calendar.</param>
internal sealed class LocalApi(NetworkSet networks, string version, TimeProvider time)
{
    /// <summary>Below it lie all of its paths.</summary>
    public const string Root = "/localapi/v0/";

    private static readonly JsonWriterOptions s_readable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Nobody waits longer for a pong.</summary>
    private static readonly TimeSpan s_longestPing = TimeSpan.FromMinutes(1);

    /// <summary>Whether a path does something, so that it is asked with POST.</summary>
    /// <param name="path">Behind <see cref="Root"/>.</param>
    public static bool Acts(string path) => path is "ping" or "netcheck";

    /// <param name="path">Behind <see cref="Root"/>.</param>
    /// <param name="parameter">Of the query; null: it is not there.</param>
    /// <param name="cancellation">Who asked has gone.</param>
    /// <returns>What to answer; 404 for what it does not have.</returns>
    public async Task<LocalAnswer> Answer(string path, Func<string, string?> parameter, CancellationToken cancellation)
    {
        try
        {
            return path switch
            {
                "status" => await Status(parameter("network"), parameter("peers") != "false"),
                "whois" => WhoIs(parameter("network"), parameter("addr")),
                "dns-query" => await Query(parameter("network"), parameter("name"), parameter("type")),
                "dns-config" => Json(Names),
                "networks" => Json(Networks),
                "derpmap" => Relays(parameter("network")),
                "ping" => await Ping(parameter, cancellation),
                "netcheck" => await Check(parameter("network"), cancellation),
                // Nothing is served by the daemon's own means: `tailscale status` asks.
                "serve-config" => Json(static json => json.WriteNullValue()),
                _ => Text(HttpStatusCode.NotFound, "there are status, whois, ping, netcheck, derpmap, dns-query, dns-config, networks and events"),
            };
        }
        catch (TimeoutException failure)
        {
            return Text(HttpStatusCode.ServiceUnavailable, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return Text(HttpStatusCode.GatewayTimeout, "there was no answer in time");
        }
    }

    private async Task<LocalAnswer> Status(string? name, bool hasPeers)
    {
        if (Find(name) is not TailnetNetwork tailnet)
            return NoTailnet(name);
        var status = await tailnet.Status();
        return Json(json => StatusJson.Write(json, status, version, UtcTime.Of(time.GetUtcNow()), hasPeers));
    }

    private LocalAnswer WhoIs(string? name, string? who)
    {
        if (string.IsNullOrEmpty(who))
            return Text(HttpStatusCode.BadRequest, "missing 'addr' parameter");
        var isKey = KeyOf<NodeKind>.TryParse(who, out var key);
        var address = default(IpAddress);
        if (!isKey && !TryReadAddress(who, out address))
            return Text(HttpStatusCode.BadRequest, "invalid 'addr' parameter");
        foreach (var network in networks.Nodes)
        {
            if (network.Netmap is not { } map || (name is not null && network.Network.Name != name))
                continue;
            var node = !isKey ? map.FindNode(address) : map.Self.Key == key ? map.Self : map.FindPeer(key);
            if (node is not null && map.FindUser(node.User) is { } user)
                return Json(json => WhoIsJson.Write(json, map, node, user));
        }
        return Text(HttpStatusCode.NotFound, "no match for IP:port");
    }

    private LocalAnswer Relays(string? name) => Find(name) is not TailnetNetwork tailnet
        ? NoTailnet(name)
        : Json(json => ControlJsonWriter.WriteRelays(json, tailnet.Map?.Relays ?? DerpMap.Empty));

    private async Task<LocalAnswer> Check(string? name, CancellationToken cancellation)
    {
        if (Find(name) is not TailnetNetwork tailnet)
            return NoTailnet(name);
        return await tailnet.CheckNetwork(cancellation) is { } found
            ? Json(json => NetCheckJson.Write(json, found))
            : Text(HttpStatusCode.ServiceUnavailable, "there is no network map yet, and so no relays to measure");
    }

    /// <summary>`ip` is the stock client's; `peer` may be a name too, and `timeout` are seconds.</summary>
    private async Task<LocalAnswer> Ping(Func<string, string?> parameter, CancellationToken cancellation)
    {
        if (PingKinds.Find(parameter("type")) is not { } kind)
            return Text(HttpStatusCode.BadRequest, "`type` is one of disco, TSMP, ICMP and peerapi");
        if (!TryReadLimit(parameter("timeout"), out var limit))
            return Text(HttpStatusCode.BadRequest, "`timeout` wants seconds");
        var name = parameter("network");
        var tailnets = networks.Nodes.OfType<TailnetNetwork>().Where(node => name is null || node.Network.Name == name).ToList();
        if (tailnets.Count == 0)
            return NoTailnet(name);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(limit);
        var host = parameter("peer") ?? parameter("ip");
        if (string.IsNullOrEmpty(host))
            return Text(HttpStatusCode.BadRequest, "missing 'ip' parameter");
        try
        {
            if (await PingTarget.Find(tailnets, host, end.Token) is not { } target)
                return Text(HttpStatusCode.NotFound, $"no tailnet of this server knows `{host}`");
            var report = await target.Tailnet.Ping(target.Address, kind, end.Token);
            return Json(json => PingJson.Write(json, target.Tailnet.Network.Name, kind, report));
        }
        catch (DialException failure)
        {
            return Text(HttpStatusCode.NotFound, failure.Message);
        }
    }

    /// <param name="text">Seconds; null: as long as anybody waits.</param>
    /// <param name="limit">No more than that.</param>
    private static bool TryReadLimit(string? text, out TimeSpan limit)
    {
        limit = s_longestPing;
        if (text is null)
            return true;
        if (!double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) || double.IsNaN(seconds))
            return false;
        limit = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, s_longestPing.TotalSeconds));
        return limit > TimeSpan.Zero;
    }

    private async Task<LocalAnswer> Query(string? network, string? name, string? type)
    {
        var servers = networks.Nodes.Where(node => network is null || node.Network.Name == network).Select(static node => node.Names).OfType<NameServer>().ToList();
        if (servers.Count == 0)
            return Text(HttpStatusCode.NotFound, "no network of this server has names");
        if (string.IsNullOrEmpty(name) || NameQuestion.TryMake(name, type ?? "A") is not { } question)
            return Text(HttpStatusCode.BadRequest, "`name` wants a name and `type` a record type, such as A, AAAA, PTR, TXT or 65");
        var answer = await question.Ask(new NameDirectory(servers));
        return Json(json => question.Write(json, answer.Span));
    }

    private void Names(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("Forwarders"u8);
        foreach (var forwarder in networks.LocalNames)
        {
            json.WriteStartObject();
            json.WriteString("Address"u8, forwarder.Address.ToString());
            json.WriteString("Fault"u8, forwarder.Fault ?? "");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("Networks"u8);
        foreach (var network in networks.Nodes)
        {
            if (network is TailnetNetwork tailnet)
                NamesJson.Write(json, tailnet);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Networks(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var network in networks.Nodes)
        {
            var figures = network.Figures;
            json.WriteStartObject();
            json.WriteString("Name"u8, network.Network.Name);
            json.WriteString("Kind"u8, network.IsTailnet ? "tailscale" : "wireguard");
            json.WriteStartArray("Addresses"u8);
            foreach (var address in network.Network.Addresses)
                json.WriteStringValue(address.ToString());
            json.WriteEndArray();
            json.WriteNumber("Connections"u8, figures.Connections);
            json.WriteNumber("RxBytes"u8, figures.BytesIn);
            json.WriteNumber("TxBytes"u8, figures.BytesOut);
            json.WriteNumber("Dropped"u8, figures.Dropped);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static LocalAnswer NoTailnet(string? name) => Text(HttpStatusCode.NotFound, name is null ? "this server is in no tailnet" : $"this server is in no tailnet `{name}`");

    private INetworkNode? Find(string? name) => name is null ? networks.Nodes.FirstOrDefault(static node => node.IsTailnet) : networks.Find(name);

    /// <summary>`ADDRESS` or `ADDRESS:PORT`; an IPv6 address with a port stands in brackets.</summary>
    internal static bool TryReadAddress(ReadOnlySpan<char> text, out IpAddress address)
    {
        if (IpAddress.TryParse(text, out address))
            return true;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return false;
        var host = text[..colon];
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        return IpAddress.TryParse(isBracketed ? host[1..^1] : host, out address) && address.IsV4 != isBracketed;
    }

    private static LocalAnswer Text(HttpStatusCode status, string text) => new((int)status, false, Encoding.UTF8.GetBytes(text + "\n"));

    private static LocalAnswer Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, s_readable))
            write(json);
        return new LocalAnswer((int)HttpStatusCode.OK, true, bytes.WrittenMemory);
    }
}
