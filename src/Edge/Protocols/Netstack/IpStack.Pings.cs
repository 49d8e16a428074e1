using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// Pings of ours: an echo request (RFC 792, RFC 4443 section 4.1), or its like between nodes of a tailnet (tailscale v1.96.5, net/packet/tsmp.go).
internal sealed partial class IpStack
{
    /// <summary>Pings under way.</summary>
    public const int MaxPings = 64;

    private readonly Dictionary<ulong, SentPing> _pings = [];
    private readonly Queue<PingAnswer> _pingEvents = new();

    /// <summary>Pings once; the answer is an event. One that will not come is to be given up with <see cref="ForgetPing"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="from">An address of ours.</param>
    /// <param name="to">Of the same family.</param>
    /// <param name="token">Of this ping alone; at random, or others can answer in the place of whom is pinged.</param>
    /// <param name="isTsmp">The peer's own client answers, whatever its host would; otherwise its host does.</param>
    /// <returns>False: too many are under way, or there is no room.</returns>
    public bool Ping(Timestamp now, IpAddress from, IpAddress to, ulong token, bool isTsmp)
    {
        if (_pings.Count >= MaxPings || _pings.ContainsKey(token))
            return false;
        _now = now;
        Span<byte> message = stackalloc byte[1 + TsmpData];
        message[0] = (byte)'p';
        BinaryPrimitives.WriteUInt64BigEndian(message[1..], token);
        var type = from.IsV4 ? (byte)IcmpType.EchoRequest : (byte)Icmpv6Type.EchoRequest;
        // Identifier and sequence number are the token's first half, so that they are new each time.
        var isSent = isTsmp
            ? SendDatagram(from, to, IpProtocol.Tsmp, 0, message, default)
            : SendDatagram(from, to, from.IsV4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, IcmpEcho.Size, message[1..], new IcmpStart(type, 0, (uint)(token >> 32)));
        if (isSent)
            _pings.Add(token, new SentPing(from, to, now, isTsmp));
        return isSent;
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void ForgetPing(ulong token) => _pings.Remove(token);

    private DropReason HearEcho(IpAddress source, IpAddress destination, ReadOnlySpan<byte> message) =>
        IcmpEcho.TryRead(message, out var echo) ? HearPong(source, destination, echo.Data, 0, isTsmp: false) : DropReason.Malformed;

    /// <summary>Only whom was pinged can answer: it has the token, and its answer comes from the address that was pinged.</summary>
    private DropReason HearPong(IpAddress source, IpAddress destination, ReadOnlySpan<byte> data, ushort port, bool isTsmp)
    {
        if (data.Length < TsmpData)
            return DropReason.NotForUs;
        var token = BinaryPrimitives.ReadUInt64BigEndian(data);
        if (!_pings.TryGetValue(token, out var ping) || ping.To != source || ping.From != destination || ping.IsTsmp != isTsmp)
            return DropReason.NotForUs;
        _pings.Remove(token);
        _pingEvents.Enqueue(new PingAnswer(token, _now - ping.SentAt, port));
        return DropReason.None;
    }

    private readonly record struct SentPing(IpAddress From, IpAddress To, Timestamp SentAt, bool IsTsmp);
}
