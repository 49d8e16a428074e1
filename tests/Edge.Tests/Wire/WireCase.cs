using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>Reads the message at the start of <paramref name="source"/> and writes it anew: the length written, or -1 when it is no such message.</summary>
internal delegate int Rewrite(ReadOnlySpan<byte> source, Span<byte> buffer);

/// <summary>The message's dump, or null when it is no such message.</summary>
internal delegate string? Describe(ReadOnlySpan<byte> source);

/// <summary>One declared message, field by field through its view and its <c>Write</c>.</summary>
internal sealed record WireCase(string Message, int Size, Rewrite Rewrite, Describe Describe)
{
    public static IReadOnlyList<WireCase> All { get; } = [.. Packets(), .. Stun(), .. Disco(), .. WireGuard(), .. Derp(), .. Control()];

    public override string ToString() => Message;

    private static IEnumerable<WireCase> Packets()
    {
        yield return new(nameof(Ipv4Header), Ipv4Header.Size,
            static (s, b) => Ipv4Header.TryRead(s, out var m)
                ? Ipv4Header.Write(b, m.Dscp, m.Ecn, m.Identification, m.DontFragment, m.MoreFragments, m.FragmentOffset, m.TimeToLive, m.Protocol, m.Checksum, m.Source, m.Destination, m.Options, m.Payload)
                : -1,
            static s => Ipv4Header.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Ipv4Quote), Ipv4Quote.Size,
            static (s, b) => Ipv4Quote.TryRead(s, out var m)
                ? Ipv4Quote.Write(b, m.Dscp, m.Ecn, m.TotalLength, m.Identification, m.DontFragment, m.MoreFragments, m.FragmentOffset, m.TimeToLive, m.Protocol, m.Checksum, m.Source, m.Destination, m.Options, m.Start)
                : -1,
            static s => Ipv4Quote.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Ipv6Header), Ipv6Header.Size,
            static (s, b) => Ipv6Header.TryRead(s, out var m) ? Ipv6Header.Write(b, m.TrafficClass, m.FlowLabel, m.NextHeader, m.HopLimit, m.Source, m.Destination, m.Payload) : -1,
            static s => Ipv6Header.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Ipv6Quote), Ipv6Quote.Size,
            static (s, b) => Ipv6Quote.TryRead(s, out var m)
                ? Ipv6Quote.Write(b, m.TrafficClass, m.FlowLabel, m.PayloadLength, m.NextHeader, m.HopLimit, m.Source, m.Destination, m.Start)
                : -1,
            static s => Ipv6Quote.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Ipv6Fragment), Ipv6Fragment.Size,
            static (s, b) => Ipv6Fragment.TryRead(s, out var m) ? Ipv6Fragment.Write(b, m.NextHeader, m.FragmentOffset, m.MoreFragments, m.Identification, m.Payload) : -1,
            static s => Ipv6Fragment.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(UdpHeader), UdpHeader.Size,
            static (s, b) => UdpHeader.TryRead(s, out var m) ? UdpHeader.Write(b, m.SourcePort, m.DestinationPort, m.Checksum, m.Payload) : -1,
            static s => UdpHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(TransportPorts), TransportPorts.Size,
            static (s, b) => TransportPorts.TryRead(s, out var m) ? TransportPorts.Write(b, m.SourcePort, m.DestinationPort) : -1,
            static s => TransportPorts.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(TcpHeader), TcpHeader.Size,
            static (s, b) => TcpHeader.TryRead(s, out var m)
                ? TcpHeader.Write(b, m.SourcePort, m.DestinationPort, m.Sequence, m.Acknowledgment, m.AccurateEcn, m.Flags, m.Window, m.Checksum, m.UrgentPointer, m.Options, m.Payload)
                : -1,
            static s => TcpHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(IcmpHeader), IcmpHeader.Size,
            static (s, b) => IcmpHeader.TryRead(s, out var m) ? IcmpHeader.Write(b, m.Type, m.Code, m.Checksum, m.Body) : -1,
            static s => IcmpHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(IcmpEcho), IcmpEcho.Size,
            static (s, b) => IcmpEcho.TryRead(s, out var m) ? IcmpEcho.Write(b, m.Type, m.Code, m.Checksum, m.Identifier, m.Sequence, m.Data) : -1,
            static s => IcmpEcho.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(IcmpUnreachable), IcmpUnreachable.Size,
            static (s, b) => IcmpUnreachable.TryRead(s, out var m) ? IcmpUnreachable.Write(b, m.Code, m.Checksum, m.QuoteWords, m.NextHopMtu, m.Quote) : -1,
            static s => IcmpUnreachable.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(IcmpTimeExceeded), IcmpTimeExceeded.Size,
            static (s, b) => IcmpTimeExceeded.TryRead(s, out var m) ? IcmpTimeExceeded.Write(b, m.Code, m.Checksum, m.QuoteWords, m.Quote) : -1,
            static s => IcmpTimeExceeded.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Icmpv6Header), Icmpv6Header.Size,
            static (s, b) => Icmpv6Header.TryRead(s, out var m) ? Icmpv6Header.Write(b, m.Type, m.Code, m.Checksum, m.Body) : -1,
            static s => Icmpv6Header.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Icmpv6Echo), Icmpv6Echo.Size,
            static (s, b) => Icmpv6Echo.TryRead(s, out var m) ? Icmpv6Echo.Write(b, m.Type, m.Code, m.Checksum, m.Identifier, m.Sequence, m.Data) : -1,
            static s => Icmpv6Echo.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Icmpv6Unreachable), Icmpv6Unreachable.Size,
            static (s, b) => Icmpv6Unreachable.TryRead(s, out var m) ? Icmpv6Unreachable.Write(b, m.Code, m.Checksum, m.QuoteWords, m.Quote) : -1,
            static s => Icmpv6Unreachable.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Icmpv6PacketTooBig), Icmpv6PacketTooBig.Size,
            static (s, b) => Icmpv6PacketTooBig.TryRead(s, out var m) ? Icmpv6PacketTooBig.Write(b, m.Code, m.Checksum, m.Mtu, m.Quote) : -1,
            static s => Icmpv6PacketTooBig.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Icmpv6TimeExceeded), Icmpv6TimeExceeded.Size,
            static (s, b) => Icmpv6TimeExceeded.TryRead(s, out var m) ? Icmpv6TimeExceeded.Write(b, m.Code, m.Checksum, m.QuoteWords, m.Quote) : -1,
            static s => Icmpv6TimeExceeded.TryRead(s, out var m) ? m.Dump() : null);
    }

    private static IEnumerable<WireCase> Stun()
    {
        yield return new(nameof(StunHeader), StunHeader.Size,
            static (s, b) => StunHeader.TryRead(s, out var m) ? StunHeader.Write(b, m.Type, m.Length, m.TransactionId, m.Attributes) : -1,
            static s => StunHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(StunAttribute), StunAttribute.Size,
            static (s, b) => StunAttribute.TryRead(s, out var m) ? StunAttribute.Write(b, m.Type, m.Value) : -1,
            static s => StunAttribute.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(StunAddress4), StunAddress4.Size,
            static (s, b) => StunAddress4.TryRead(s, out var m) ? StunAddress4.Write(b, m.Port, m.Address) : -1,
            static s => StunAddress4.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(StunAddress6), StunAddress6.Size,
            static (s, b) => StunAddress6.TryRead(s, out var m) ? StunAddress6.Write(b, m.Port, m.Address) : -1,
            static s => StunAddress6.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(StunFingerprint), StunFingerprint.Size,
            static (s, b) => StunFingerprint.TryRead(s, out var m) ? StunFingerprint.Write(b, m.MaskedCrc) : -1,
            static s => StunFingerprint.TryRead(s, out var m) ? m.Dump() : null);
    }

    private static IEnumerable<WireCase> Disco()
    {
        yield return new(nameof(GeneveHeader), GeneveHeader.Size,
            static (s, b) => GeneveHeader.TryRead(s, out var m) ? GeneveHeader.Write(b, m.Control, m.Critical, m.Protocol, m.Vni, m.Options, m.Payload) : -1,
            static s => GeneveHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoPacket), DiscoPacket.Size,
            static (s, b) => DiscoPacket.TryRead(s, out var m) ? DiscoPacket.Write(b, m.Sender, m.Nonce, m.Box) : -1,
            static s => DiscoPacket.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoHeader), DiscoHeader.Size,
            static (s, b) => DiscoHeader.TryRead(s, out var m) ? DiscoHeader.Write(b, m.Type, m.Version, m.Body) : -1,
            static s => DiscoHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoEndpoint), DiscoEndpoint.Size,
            static (s, b) => DiscoEndpoint.TryRead(s, out var m) ? DiscoEndpoint.Write(b, m.Address, m.Port) : -1,
            static s => DiscoEndpoint.TryRead(s, out var m) ? m.Dump() : null);
        // A shorter form is read, but only the full one is written.
        yield return new(nameof(DiscoPing), DiscoPing.MinSize,
            static (s, b) => DiscoPing.TryRead(s, out var m) && m.HasNodeKey ? DiscoPing.Write(b, m.TxId, m.NodeKey, m.Padding) : -1,
            static s => DiscoPing.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoPong), DiscoPong.Size,
            static (s, b) => DiscoPong.TryRead(s, out var m) ? DiscoPong.Write(b, m.TxId, m.Source.Address, m.Source.Port) : -1,
            static s => DiscoPong.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoCallMeMaybe), DiscoCallMeMaybe.Size,
            static (s, b) => DiscoCallMeMaybe.TryRead(s, out var m) ? DiscoCallMeMaybe.Write(b, m.Endpoints) : -1,
            static s => DiscoCallMeMaybe.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoRelayBinding), DiscoRelayBinding.Size,
            static (s, b) => DiscoRelayBinding.TryRead(s, out var m) ? DiscoRelayBinding.Write(b, m.Vni, m.Generation, m.RemoteKey, m.Challenge) : -1,
            static s => DiscoRelayBinding.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoBind), DiscoBind.Size,
            static (s, b) => DiscoBind.TryRead(s, out var m) ? DiscoBind.Write(b, m.Binding.Vni, m.Binding.Generation, m.Binding.RemoteKey, m.Binding.Challenge) : -1,
            static s => DiscoBind.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoBindChallenge), DiscoBindChallenge.Size,
            static (s, b) => DiscoBindChallenge.TryRead(s, out var m) ? DiscoBindChallenge.Write(b, m.Binding.Vni, m.Binding.Generation, m.Binding.RemoteKey, m.Binding.Challenge) : -1,
            static s => DiscoBindChallenge.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoBindAnswer), DiscoBindAnswer.Size,
            static (s, b) => DiscoBindAnswer.TryRead(s, out var m) ? DiscoBindAnswer.Write(b, m.Binding.Vni, m.Binding.Generation, m.Binding.RemoteKey, m.Binding.Challenge) : -1,
            static s => DiscoBindAnswer.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoRelayEndpoint), DiscoRelayEndpoint.Size,
            static (s, b) => DiscoRelayEndpoint.TryRead(s, out var m)
                ? DiscoRelayEndpoint.Write(b, m.Server, m.FirstClient, m.SecondClient, m.LamportId, m.Vni, m.BindLifetime, m.SteadyStateLifetime)
                : -1,
            static s => DiscoRelayEndpoint.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoCallMeMaybeVia), DiscoCallMeMaybeVia.Size,
            static (s, b) => DiscoCallMeMaybeVia.TryRead(s, out var m)
                ? DiscoCallMeMaybeVia.Write(b, m.Relay.Server, m.Relay.FirstClient, m.Relay.SecondClient, m.Relay.LamportId, m.Relay.Vni, m.Relay.BindLifetime, m.Relay.SteadyStateLifetime, m.Endpoints)
                : -1,
            static s => DiscoCallMeMaybeVia.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoAllocateRequest), DiscoAllocateRequest.Size,
            static (s, b) => DiscoAllocateRequest.TryRead(s, out var m) ? DiscoAllocateRequest.Write(b, m.FirstClient, m.SecondClient, m.Generation) : -1,
            static s => DiscoAllocateRequest.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DiscoAllocateResponse), DiscoAllocateResponse.Size,
            static (s, b) => DiscoAllocateResponse.TryRead(s, out var m)
                ? DiscoAllocateResponse.Write(b, m.Generation, m.Relay.Server, m.Relay.FirstClient, m.Relay.SecondClient, m.Relay.LamportId, m.Relay.Vni, m.Relay.BindLifetime, m.Relay.SteadyStateLifetime, m.Endpoints)
                : -1,
            static s => DiscoAllocateResponse.TryRead(s, out var m) ? m.Dump() : null);
    }

    private static IEnumerable<WireCase> WireGuard()
    {
        yield return new(nameof(WireGuardInitiation), WireGuardInitiation.Size,
            static (s, b) => WireGuardInitiation.TryRead(s, out var m) ? WireGuardInitiation.Write(b, m.Sender, m.Ephemeral, m.SealedStatic, m.SealedTimestamp, m.Mac1, m.Mac2) : -1,
            static s => WireGuardInitiation.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(WireGuardResponse), WireGuardResponse.Size,
            static (s, b) => WireGuardResponse.TryRead(s, out var m) ? WireGuardResponse.Write(b, m.Sender, m.Receiver, m.Ephemeral, m.SealedNothing, m.Mac1, m.Mac2) : -1,
            static s => WireGuardResponse.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(WireGuardCookieReply), WireGuardCookieReply.Size,
            static (s, b) => WireGuardCookieReply.TryRead(s, out var m) ? WireGuardCookieReply.Write(b, m.Receiver, m.Nonce, m.SealedCookie) : -1,
            static s => WireGuardCookieReply.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(WireGuardTransport), WireGuardTransport.Size,
            static (s, b) => WireGuardTransport.TryRead(s, out var m) ? WireGuardTransport.Write(b, m.Receiver, m.Counter, m.Sealed) : -1,
            static s => WireGuardTransport.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(Tai64n), Tai64n.Size,
            static (s, b) => Tai64n.TryRead(s, out var m) ? Tai64n.Write(b, m.Seconds, m.Nanoseconds) : -1,
            static s => Tai64n.TryRead(s, out var m) ? m.Dump() : null);
    }

    private static IEnumerable<WireCase> Derp()
    {
        yield return new(nameof(DerpFrameHeader), DerpFrameHeader.Size,
            static (s, b) => DerpFrameHeader.TryRead(s, out var m) ? DerpFrameHeader.Write(b, m.Type, m.Length) : -1,
            static s => DerpFrameHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpServerKey), DerpServerKey.Size,
            static (s, b) => DerpServerKey.TryRead(s, out var m) ? DerpServerKey.Write(b, m.Server) : -1,
            static s => DerpServerKey.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpClientInfo), DerpClientInfo.Size,
            static (s, b) => DerpClientInfo.TryRead(s, out var m) ? DerpClientInfo.Write(b, m.Client, m.Nonce, m.Box) : -1,
            static s => DerpClientInfo.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpServerInfo), DerpServerInfo.Size,
            static (s, b) => DerpServerInfo.TryRead(s, out var m) ? DerpServerInfo.Write(b, m.Nonce, m.Box) : -1,
            static s => DerpServerInfo.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpSendPacket), DerpSendPacket.Size,
            static (s, b) => DerpSendPacket.TryRead(s, out var m) ? DerpSendPacket.Write(b, m.Destination, m.Packet) : -1,
            static s => DerpSendPacket.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpRecvPacket), DerpRecvPacket.Size,
            static (s, b) => DerpRecvPacket.TryRead(s, out var m) ? DerpRecvPacket.Write(b, m.Source, m.Packet) : -1,
            static s => DerpRecvPacket.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpForwardPacket), DerpForwardPacket.Size,
            static (s, b) => DerpForwardPacket.TryRead(s, out var m) ? DerpForwardPacket.Write(b, m.Source, m.Destination, m.Packet) : -1,
            static s => DerpForwardPacket.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpNotePreferred), DerpNotePreferred.Size,
            static (s, b) => DerpNotePreferred.TryRead(s, out var m) ? DerpNotePreferred.Write(b, m.Preferred) : -1,
            static s => DerpNotePreferred.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpPeerGone), DerpPeerGone.MinSize,
            static (s, b) => DerpPeerGone.TryRead(s, out var m) && m.HasReason ? DerpPeerGone.Write(b, m.Peer, m.Reason) : -1,
            static s => DerpPeerGone.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpPeerPresent), DerpPeerPresent.MinSize,
            static (s, b) => DerpPeerPresent.TryRead(s, out var m) && m.HasFlags ? DerpPeerPresent.Write(b, m.Peer, m.Endpoint.Address, m.Endpoint.Port, m.Flags) : -1,
            static s => DerpPeerPresent.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpClosePeer), DerpClosePeer.Size,
            static (s, b) => DerpClosePeer.TryRead(s, out var m) ? DerpClosePeer.Write(b, m.Peer) : -1,
            static s => DerpClosePeer.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpPing), DerpPing.Size,
            static (s, b) => DerpPing.TryRead(s, out var m) ? DerpPing.Write(b, m.Data) : -1,
            static s => DerpPing.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(DerpRestarting), DerpRestarting.Size,
            static (s, b) => DerpRestarting.TryRead(s, out var m) ? DerpRestarting.Write(b, m.ReconnectIn, m.TryFor) : -1,
            static s => DerpRestarting.TryRead(s, out var m) ? m.Dump() : null);
    }

    private static IEnumerable<WireCase> Control()
    {
        yield return new(nameof(ControlNoiseHeader), ControlNoiseHeader.Size,
            static (s, b) => ControlNoiseHeader.TryRead(s, out var m) ? ControlNoiseHeader.Write(b, m.Type, m.Length) : -1,
            static s => ControlNoiseHeader.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlNoiseInitiation), ControlNoiseInitiation.Size,
            static (s, b) => ControlNoiseInitiation.TryRead(s, out var m) ? ControlNoiseInitiation.Write(b, m.ProtocolVersion, m.Ephemeral, m.SealedMachineKey, m.Tag) : -1,
            static s => ControlNoiseInitiation.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlNoiseResponse), ControlNoiseResponse.Size,
            static (s, b) => ControlNoiseResponse.TryRead(s, out var m) ? ControlNoiseResponse.Write(b, m.Ephemeral, m.Tag) : -1,
            static s => ControlNoiseResponse.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlNoiseError), ControlNoiseError.Size,
            static (s, b) => ControlNoiseError.TryRead(s, out var m) ? ControlNoiseError.Write(b, m.Text) : -1,
            static s => ControlNoiseError.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlNoiseRecord), ControlNoiseRecord.Size,
            static (s, b) => ControlNoiseRecord.TryRead(s, out var m) ? ControlNoiseRecord.Write(b, m.Sealed) : -1,
            static s => ControlNoiseRecord.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlEarlyPayload), ControlEarlyPayload.Size,
            static (s, b) => ControlEarlyPayload.TryRead(s, out var m) ? ControlEarlyPayload.Write(b, m.Length) : -1,
            static s => ControlEarlyPayload.TryRead(s, out var m) ? m.Dump() : null);
        yield return new(nameof(ControlMapFrameHeader), ControlMapFrameHeader.Size,
            static (s, b) => ControlMapFrameHeader.TryRead(s, out var m) ? ControlMapFrameHeader.Write(b, m.Length) : -1,
            static s => ControlMapFrameHeader.TryRead(s, out var m) ? m.Dump() : null);
    }
}
