using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Disco;

internal sealed partial class PathDiscovery
{
    private const int NonceSize = 24;

    /// <summary>Room that <see cref="Poll"/> needs, in bytes.</summary>
    public const int PollBufferSize = DiscoBox.Overhead + DiscoCallMeMaybe.Size + DiscoLimits.MaxLocalEndpoints * DiscoEndpoint.Size;

    /// <summary>Writes the next packet that is to be sent.</summary>
    /// <param name="now">Timers that are due by then run first.</param>
    /// <param name="buffer">At least <see cref="PollBufferSize"/> bytes.</param>
    /// <param name="outgoing">What was written at the buffer's start.</param>
    /// <returns>False: nothing (more) to send until <see cref="NextDeadline"/> or the next packet.</returns>
    public bool Poll(Timestamp now, Span<byte> buffer, out DiscoOutgoing outgoing)
    {
        RunTimers(now);
        Span<byte> transaction = stackalloc byte[TransactionId.Size];
        while (_pongs.TryTake(transaction, out var pinger, out var path, out var region))
        {
            if (pinger.IsRemoved || !EnsureSharedKey(pinger))
                continue;
            outgoing = WritePong(pinger, transaction, path, region, buffer);
            return true;
        }
        while (_waiting.First is { } peer)
        {
            if (EnsureSharedKey(peer) && PollPeer(now, peer, buffer, out outgoing))
                return true;
            _waiting.Remove(peer);
        }
        outgoing = default;
        return false;
    }

    private bool PollPeer(Timestamp now, DiscoPeer peer, Span<byte> buffer, out DiscoOutgoing outgoing)
    {
        foreach (ref var candidate in peer.Candidates)
        {
            if (!candidate.WantsPing)
                continue;
            candidate.WantsPing = false;
            candidate.PingedAt = now;
            var isAsked = candidate.IsAsked;
            candidate.IsAsked = false;
            if (!WritePing(now, peer, candidate.Path, 0, isAsked, buffer, out outgoing))
                break;
            return true;
        }
        if (peer.WantsRelayPing)
        {
            peer.WantsRelayPing = false;
            if (WritePing(now, peer, default, peer.HomeRegion, isAsked: true, buffer, out outgoing))
                return true;
        }
        if (peer.WantsCall && peer.HomeRegion != 0)
        {
            // Last: it says that we have pinged already.
            peer.WantsCall = false;
            outgoing = WriteCall(peer, buffer);
            return true;
        }
        outgoing = default;
        return false;
    }

    private bool WritePing(Timestamp now, DiscoPeer peer, in DatagramPath path, int region, bool isAsked, Span<byte> buffer, out DiscoOutgoing outgoing)
    {
        outgoing = default;
        if (_pings.IsFull)
            return false;
        Span<byte> transaction = stackalloc byte[TransactionId.Size];
        _entropy.Fill(transaction);
        Span<byte> message = stackalloc byte[DiscoPing.Size];
        DiscoPing.Write(message, transaction, _nodeKey.Bytes, default);
        _pings.Add(transaction, new PendingPing(peer, path.Remote, region, now, isAsked));
        outgoing = Seal(peer, message, path, region, buffer);
        return true;
    }

    private DiscoOutgoing WritePong(DiscoPeer peer, ReadOnlySpan<byte> transaction, in DatagramPath path, int region, Span<byte> buffer)
    {
        var source = (region == 0 ? path : RelayPath.Of(region)).Remote;
        Span<byte> message = stackalloc byte[DiscoPong.Size];
        DiscoPong.Write(message, transaction, source.Address.Bits, source.Port);
        return Seal(peer, message, path, region, buffer);
    }

    private DiscoOutgoing WriteCall(DiscoPeer peer, Span<byte> buffer)
    {
        Span<byte> message = stackalloc byte[DiscoCallMeMaybe.Size + DiscoLimits.MaxLocalEndpoints * DiscoEndpoint.Size];
        var at = DiscoCallMeMaybe.WriteHeader(message);
        foreach (var endpoint in _localEndpoints)
            at += DiscoEndpoint.Write(message[at..], endpoint.Address.Bits, endpoint.Port);
        return Seal(peer, message[..at], default, peer.HomeRegion, buffer);
    }

    private DiscoOutgoing Seal(DiscoPeer peer, ReadOnlySpan<byte> message, in DatagramPath path, int region, Span<byte> buffer)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        _entropy.Fill(nonce);
        var length = DiscoBox.Seal(peer.SharedKey, _key.PublicKey, nonce, message, buffer);
        return new DiscoOutgoing(peer.Id, path, region, region == 0 ? default : peer.NodeKey, length);
    }
}
