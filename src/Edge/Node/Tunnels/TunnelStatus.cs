using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Node.Tunnels;

/// <summary>A running tunnel at one moment: what <c>edge tun status</c> shows.</summary>
/// <param name="Interface">The TUN interface's name.</param>
/// <param name="ProcessId">Of the process that runs it.</param>
/// <param name="PublicKey">This side's, Base64.</param>
/// <param name="ListenPort">UDP.</param>
/// <param name="FwMark">Of the tunnel's own packets; 0: none.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Offloads">What the kernel does for us: `tun-tcp`, `tun-udp`, `udp-segment`, `udp-gro`.</param>
/// <param name="Peers">In the order of the file.</param>
/// <param name="Counters">Since the start.</param>
internal sealed record TunnelStatus(
    string Interface, int ProcessId, string PublicKey, int ListenPort, uint FwMark, int Mtu, IReadOnlyList<string> Offloads,
    IReadOnlyList<TunnelPeerStatus> Peers, TunnelCounters Counters)
{
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, TunnelJson.Default.TunnelStatus);

    /// <exception cref="JsonException">It is not one of these, as <see cref="Write"/> writes them.</exception>
    public static TunnelStatus Read(ReadOnlyMemory<byte> utf8) => TunnelDocument.Read(utf8, static status => new TunnelStatus(
        TunnelDocument.Text(status, "interface"), status.GetProperty("processId").GetInt32(), TunnelDocument.Text(status, "publicKey"),
        status.GetProperty("listenPort").GetInt32(), status.GetProperty("fwMark").GetUInt32(), status.GetProperty("mtu").GetInt32(),
        Texts(status, "offloads"), [.. status.GetProperty("peers").EnumerateArray().Select(Peer)], CountersOf(status.GetProperty("counters"))));

    private static TunnelPeerStatus Peer(JsonElement peer) => new(
        TunnelDocument.Text(peer, "publicKey"), peer.GetProperty("endpoint").GetString(), Texts(peer, "allowedIps"),
        peer.GetProperty("handshakeAgeSeconds") is { ValueKind: not JsonValueKind.Null } age ? age.GetDouble() : null,
        peer.GetProperty("receivedBytes").GetUInt64(), peer.GetProperty("sentBytes").GetUInt64(),
        peer.GetProperty("persistentKeepaliveSeconds").GetInt32(), peer.GetProperty("stagedPackets").GetInt32());

    private static TunnelCounters CountersOf(JsonElement counters) => new(
        Count(counters, "packetsSealed"), Count(counters, "packetsOpened"), Count(counters, "packetsJoined"), Count(counters, "packetsRead"),
        Count(counters, "datagramsSent"), Count(counters, "datagramsReceived"), Count(counters, "sendCalls"), Count(counters, "receiveCalls"),
        counters.GetProperty("dropped").EnumerateObject().ToDictionary(reason => reason.Name, reason => reason.Value.GetInt64()),
        Count(counters, "wakeups"), Count(counters, "allocatedBytes"));

    private static long Count(JsonElement counters, string name) => counters.GetProperty(name).GetInt64();

    private static string[] Texts(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(one => one.GetString() ?? throw new FormatException($"{name} holds null"))];
}

/// <param name="PublicKey">Base64.</param>
/// <param name="Endpoint">Where it is; null: not known.</param>
/// <param name="AllowedIps">Its address ranges.</param>
/// <param name="HandshakeAgeSeconds">Since the last completed handshake; null: there was none.</param>
/// <param name="ReceivedBytes">Authenticated, on the wire.</param>
/// <param name="SentBytes">On the wire.</param>
/// <param name="PersistentKeepaliveSeconds">0: off.</param>
/// <param name="StagedPackets">Packets that wait for a session.</param>
internal sealed record TunnelPeerStatus(
    string PublicKey, string? Endpoint, IReadOnlyList<string> AllowedIps, double? HandshakeAgeSeconds, ulong ReceivedBytes, ulong SentBytes,
    int PersistentKeepaliveSeconds, int StagedPackets);

/// <param name="PacketsSealed">Each segment of a large packet counted.</param>
/// <param name="PacketsOpened">Handed to the system.</param>
/// <param name="PacketsJoined">Of those, written as parts of larger ones.</param>
/// <param name="PacketsRead">Read from the system, large ones counted once.</param>
/// <param name="DatagramsSent">UDP.</param>
/// <param name="DatagramsReceived">UDP.</param>
/// <param name="SendCalls">Calls to the kernel that sent datagrams.</param>
/// <param name="ReceiveCalls">Calls to the kernel that received datagrams.</param>
/// <param name="Dropped">Packets and datagrams dropped, by reason; reasons that did not occur are left out.</param>
/// <param name="Wakeups">Times that the thread slept and was woken.</param>
/// <param name="AllocatedBytes">Managed memory that the thread of the data path ever allocated, but for questions like this one.</param>
internal sealed record TunnelCounters(
    long PacketsSealed, long PacketsOpened, long PacketsJoined, long PacketsRead, long DatagramsSent, long DatagramsReceived, long SendCalls,
    long ReceiveCalls, IReadOnlyDictionary<string, long> Dropped, long Wakeups, long AllocatedBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(TunnelStatus))]
internal sealed partial class TunnelJson : JsonSerializerContext;
