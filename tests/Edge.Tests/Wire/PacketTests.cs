using System.Globalization;
using System.Net;
using System.Text.Json;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>IP, UDP, TCP and ICMP headers of three captures against tshark's dissection of them (tests/vectors/ip).</summary>
public sealed class PacketTests
{
    [Test]
    [Arguments("ip", "linux", 99, 8, 56, 22)]
    [Arguments("pcaps", "direct", 22, 22, 0, 0)]
    [Arguments("pcaps", "start", 101, 24, 77, 0)]
    public async Task Every_field_is_what_tshark_reads(string set, string name, int packets, int udp, int tcp, int icmp)
    {
        var dissected = Vectors.Json("ip", $"{name}.dissected.json").EnumerateArray().ToArray();
        var frames = Vectors.Frames(set, $"{name}.pcap").ToArray();
        var comparison = new Comparison();
        for (var i = 0; i < frames.Length; i++)
        {
            comparison.Start(i, dissected[i]);
            if (dissected[i].Has("ip.src"))
                Ipv4(comparison, frames[i].AsSpan(14));
            else if (dissected[i].Has("ipv6.src"))
                Ipv6(comparison, frames[i].AsSpan(14));
        }
        await Assert.That(comparison.Differences).IsEmpty();
        await Assert.That(dissected.Length).IsEqualTo(frames.Length);
        await Assert.That((comparison.Count("packet"), comparison.Count("udp"), comparison.Count("tcp"), comparison.Count("icmp"))).IsEqualTo((packets, udp, tcp, icmp));
    }

    private static void Ipv4(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(Ipv4Header.TryRead(bytes, out var ip), "packet"))
            return;
        c.Is("ip.version", ip.Version);
        c.Is("ip.hdr_len", ip.HeaderWords * 4u);
        c.Is("ip.dsfield.dscp", ip.Dscp);
        c.Is("ip.dsfield.ecn", ip.Ecn);
        c.Is("ip.len", ip.TotalLength);
        c.Is("ip.id", ip.Identification);
        c.Is("ip.flags.df", ip.DontFragment);
        c.Is("ip.flags.mf", ip.MoreFragments);
        c.Is("ip.frag_offset", ip.FragmentOffset);
        c.Is("ip.ttl", ip.TimeToLive);
        c.Is("ip.proto", (byte)ip.Protocol);
        c.Is("ip.checksum", ip.Checksum);
        c.IsAddress("ip.src", ip.Bytes.Slice(Ipv4Header.SourceOffset, 4));
        c.IsAddress("ip.dst", ip.Bytes.Slice(Ipv4Header.DestinationOffset, 4));
        if (ip.FragmentOffset == 0)
            Transport(c, ip.Protocol, ip.Payload, ip.MoreFragments);
    }

    private static void Ipv4Quoted(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(Ipv4Quote.TryRead(bytes, out var quote), "quote"))
            return;
        c.Is("ip.len", quote.TotalLength, 1);
        c.Is("ip.id", quote.Identification, 1);
        c.Is("ip.flags.df", quote.DontFragment, 1);
        c.Is("ip.ttl", quote.TimeToLive, 1);
        c.Is("ip.proto", (byte)quote.Protocol, 1);
        c.IsAddress("ip.src", quote.Bytes.Slice(Ipv4Quote.SourceOffset, 4), 1);
        Quoted(c, quote.Protocol, quote.Start);
    }

    private static void Ipv6(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(Ipv6Header.TryRead(bytes, out var ip), "packet"))
            return;
        c.Is("ipv6.version", ip.Version);
        c.Is("ipv6.tclass", ip.TrafficClass);
        c.Is("ipv6.flow", ip.FlowLabel);
        c.Is("ipv6.plen", ip.PayloadLength);
        c.Is("ipv6.nxt", (byte)ip.NextHeader);
        c.Is("ipv6.hlim", ip.HopLimit);
        c.IsAddress("ipv6.src", ip.Bytes.Slice(Ipv6Header.SourceOffset, 16));
        c.IsAddress("ipv6.dst", ip.Bytes.Slice(Ipv6Header.DestinationOffset, 16));

        var chain = new Ipv6Extensions(ip.NextHeader, ip.Payload);
        var fragmented = false;
        while (chain.TryNext(out var extension))
        {
            if (extension.Kind == IpProtocol.Fragment)
                fragmented = Fragment(c, extension.Bytes, ip.Payload[(ip.Payload.Length - chain.Payload.Length - Ipv6Fragment.Size)..]);
            else
                Options(c, extension);
        }
        c.Same("chain", chain.IsMalformed, false);
        if (!chain.IsLaterFragment)
            Transport(c, chain.Protocol, chain.Payload, fragmented);
    }

    private static void Options(Comparison c, Ipv6Extension extension)
    {
        var field = extension.Kind == IpProtocol.HopByHopOptions ? "ipv6.hopopts" : "ipv6.dstopts";
        c.Is($"{field}.nxt", extension.Bytes[0]);
        c.Is($"{field}.len_oct", (uint)extension.Bytes.Length);
        c.Read(true, "options");
    }

    private static bool Fragment(Comparison c, ReadOnlySpan<byte> header, ReadOnlySpan<byte> all)
    {
        if (!c.Read(Ipv6Fragment.TryRead(header, out var fragment) && Ipv6Fragment.TryRead(all, out _), "fragment"))
            return false;
        c.Is("ipv6.fraghdr.nxt", (byte)fragment.NextHeader);
        c.Is("ipv6.fraghdr.offset", fragment.FragmentOffset);
        c.Is("ipv6.fraghdr.more", fragment.MoreFragments);
        c.Is("ipv6.fraghdr.ident", fragment.Identification);
        return fragment.MoreFragments;
    }

    private static void Ipv6Quoted(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(Ipv6Quote.TryRead(bytes, out var quote), "quote"))
            return;
        c.Is("ipv6.flow", quote.FlowLabel, 1);
        c.Is("ipv6.plen", quote.PayloadLength, 1);
        c.Is("ipv6.nxt", (byte)quote.NextHeader, 1);
        c.Is("ipv6.hlim", quote.HopLimit, 1);
        c.IsAddress("ipv6.dst", quote.Bytes.Slice(Ipv6Quote.DestinationOffset, 16), 1);
        Quoted(c, quote.NextHeader, quote.Start);
    }

    private static void Quoted(Comparison c, IpProtocol protocol, ReadOnlySpan<byte> start)
    {
        if (protocol != IpProtocol.Udp || !c.Read(TransportPorts.TryRead(start, out var ports), "ports"))
            return;
        c.Is("udp.srcport", ports.SourcePort);
        c.Is("udp.dstport", ports.DestinationPort);
    }

    private static void Transport(Comparison c, IpProtocol protocol, ReadOnlySpan<byte> bytes, bool fragmented)
    {
        if (fragmented)
            return;
        if (protocol == IpProtocol.Udp)
            Udp(c, bytes);
        else if (protocol == IpProtocol.Tcp)
            Tcp(c, bytes);
        else if (protocol == IpProtocol.Icmp)
            Icmp(c, bytes);
        else if (protocol == IpProtocol.Icmpv6)
            Icmpv6(c, bytes);
    }

    private static void Udp(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(UdpHeader.TryRead(bytes, out var udp), "udp"))
            return;
        c.Is("udp.srcport", udp.SourcePort);
        c.Is("udp.dstport", udp.DestinationPort);
        c.Is("udp.length", udp.Length);
        c.Is("udp.checksum", udp.Checksum);
        c.Same("payload", udp.Payload.Length, bytes.Length - 8);
    }

    private static void Tcp(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(TcpHeader.TryRead(bytes, out var tcp), "tcp"))
            return;
        c.Is("tcp.srcport", tcp.SourcePort);
        c.Is("tcp.dstport", tcp.DestinationPort);
        c.Is("tcp.seq", tcp.Sequence);
        c.Is("tcp.ack", tcp.Acknowledgment);
        c.Is("tcp.hdr_len", tcp.HeaderWords * 4u);
        c.Is("tcp.flags", (byte)tcp.Flags);
        c.Is("tcp.flags.ae", tcp.AccurateEcn);
        c.Is("tcp.window_size_value", tcp.Window);
        c.Is("tcp.checksum", tcp.Checksum);
        c.Is("tcp.urgent_pointer", tcp.UrgentPointer);
        c.Same("tcp.payload", Convert.ToHexStringLower(tcp.Payload), c.Text("tcp.payload"));
        TcpOptions(c, tcp.Options);
    }

    private static void TcpOptions(Comparison c, ReadOnlySpan<byte> bytes)
    {
        var options = new TcpOptions(bytes);
        var kinds = new List<string>();
        var (left, right) = (new List<string>(), new List<string>());
        while (options.TryNext(out var option))
        {
            kinds.Add(((byte)option.Kind).ToString(CultureInfo.InvariantCulture));
            if (option.TryGetMaximumSegmentSize(out var mss))
                c.Is("tcp.options.mss_val", mss);
            if (option.TryGetWindowScale(out var shift))
                c.Is("tcp.options.wscale.shift", shift);
            if (option.TryGetTimestamps(out var value, out var echo))
            {
                c.Is("tcp.options.timestamp.tsval", value);
                c.Is("tcp.options.timestamp.tsecr", echo);
            }
            for (var i = 0; i < option.SackBlocks; i++)
            {
                left.Add(option.SackBlock(i).Left.ToString(CultureInfo.InvariantCulture));
                right.Add(option.SackBlock(i).Right.ToString(CultureInfo.InvariantCulture));
            }
        }
        c.Same("options", options.IsMalformed, false);
        // tshark lists no-operations, which the enumerator skips.
        c.Same("tcp.option_kind", string.Join('|', kinds), string.Join('|', c.Texts("tcp.option_kind").Where(k => k != "1")));
        c.Same("tcp.options.sack_le", string.Join('|', left), string.Join('|', c.Texts("tcp.options.sack_le")));
        c.Same("tcp.options.sack_re", string.Join('|', right), string.Join('|', c.Texts("tcp.options.sack_re")));
    }

    private static void Icmp(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(IcmpHeader.TryRead(bytes, out var icmp), "icmp"))
            return;
        c.Is("icmp.type", (byte)icmp.Type);
        c.Is("icmp.code", icmp.Code);
        c.Is("icmp.checksum", icmp.Checksum);
        if (icmp.Type is IcmpType.EchoRequest or IcmpType.EchoReply && c.Read(IcmpEcho.TryRead(bytes, out var echo), "echo"))
        {
            c.Is("icmp.ident", echo.Identifier);
            c.Is("icmp.seq", echo.Sequence);
        }
        if (icmp.Type == IcmpType.DestinationUnreachable && c.Read(IcmpUnreachable.TryRead(bytes, out var unreachable), "unreachable"))
        {
            if (unreachable.Code == IcmpUnreachable.FragmentationNeeded)
                c.Is("icmp.mtu", unreachable.NextHopMtu);
            Ipv4Quoted(c, unreachable.Quote);
        }
        if (icmp.Type == IcmpType.TimeExceeded && c.Read(IcmpTimeExceeded.TryRead(bytes, out var exceeded), "exceeded"))
            Ipv4Quoted(c, exceeded.Quote);
    }

    private static void Icmpv6(Comparison c, ReadOnlySpan<byte> bytes)
    {
        if (!c.Read(Icmpv6Header.TryRead(bytes, out var icmp), "icmp"))
            return;
        c.Is("icmpv6.type", (byte)icmp.Type);
        c.Is("icmpv6.code", icmp.Code);
        c.Is("icmpv6.checksum", icmp.Checksum);
        if (icmp.Type is Icmpv6Type.EchoRequest or Icmpv6Type.EchoReply && c.Read(Icmpv6Echo.TryRead(bytes, out var echo), "echo"))
        {
            c.Is("icmpv6.echo.identifier", echo.Identifier);
            c.Is("icmpv6.echo.sequence_number", echo.Sequence);
        }
        if (icmp.Type == Icmpv6Type.DestinationUnreachable && c.Read(Icmpv6Unreachable.TryRead(bytes, out var unreachable), "unreachable"))
            Ipv6Quoted(c, unreachable.Quote);
        if (icmp.Type == Icmpv6Type.TimeExceeded && c.Read(Icmpv6TimeExceeded.TryRead(bytes, out var exceeded), "exceeded"))
            Ipv6Quoted(c, exceeded.Quote);
        if (icmp.Type == Icmpv6Type.PacketTooBig && c.Read(Icmpv6PacketTooBig.TryRead(bytes, out var tooBig), "too big"))
        {
            c.Is("icmpv6.mtu", tooBig.Mtu);
            Ipv6Quoted(c, tooBig.Quote);
        }
    }

    /// <summary>Gathers what differs from the dissection, so that one run shows all of it.</summary>
    private sealed class Comparison
    {
        private readonly Dictionary<string, int> _counts = [];
        private JsonElement _dissected;
        private int _packet;

        public List<string> Differences { get; } = [];

        public int Count(string what) => _counts.GetValueOrDefault(what);

        public void Start(int packet, JsonElement dissected) => (_packet, _dissected) = (packet, dissected);

        public bool Read(bool read, string what)
        {
            _counts[what] = Count(what) + 1;
            Same(what, read, true);
            return read;
        }

        public void Is(string field, bool value, int index = 0) => Is(field, value ? 1u : 0u, index);

        /// <summary>tshark writes some numbers in hexadecimal, some in decimal.</summary>
        public void Is(string field, uint value, int index = 0)
        {
            var text = Texts(field).ElementAtOrDefault(index);
            uint? number = text is null ? null
                : text.StartsWith("0x", StringComparison.Ordinal) ? uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : uint.Parse(text, CultureInfo.InvariantCulture);
            Same(field, value, number);
        }

        public void IsAddress(string field, ReadOnlySpan<byte> value, int index = 0) =>
            Same(field, new IPAddress(value).ToString(), Texts(field).ElementAtOrDefault(index));

        public string Text(string field) => Texts(field).FirstOrDefault("");

        public string[] Texts(string field) =>
            _dissected.TryGetProperty(field, out var values) ? [.. values.EnumerateArray().Select(v => v.GetString()!)] : [];

        public void Same(string what, object? ours, object? theirs)
        {
            if (!Equals(ours, theirs))
                Differences.Add($"packet {_packet}, {what}: {ours}, tshark says {theirs}");
        }
    }
}
