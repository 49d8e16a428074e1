using System.Buffers;
using Edge.Crypto;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>Clients come and go.</summary>
internal sealed partial class DerpRelay
{
    /// <summary>"Not here" is told so often at once, and once a second.</summary>
    private const int NotHereBurst = 3;

    /// <summary>What a client says of its home within this time belongs to its arrival and is no move.</summary>
    private static readonly TimeSpan s_arrival = TimeSpan.FromSeconds(5);

    /// <summary>ClientInfo: who it is.</summary>
    private void Introduce(Timestamp now, RelayClient client, ReadOnlySpan<byte> body)
    {
        if (!ClientHello.TryOpen(_options.Key, _options.Mesh, body, out var key, out var hello))
        {
            Close(client, RelayCloseReason.BadHello);
            return;
        }
        (client.Key, client.Hello) = (key, hello);
        // A mesh peer has shown what no outsider has, and is no node that anybody could know.
        if (!_options.AsksAdmission || client.IsMesh)
        {
            Open(now, client);
            return;
        }
        client.State = RelayClientState.AwaitingVerdict;
        client.HandshakeDeadline = now + DerpLimits.HandshakeStep;
        _questions.Add(client);
    }

    private void Open(Timestamp now, RelayClient client)
    {
        client.State = RelayClientState.Open;
        client.ConnectedAt = now;
        client.NotHereAllowance = new TokenBucket(1, NotHereBurst, now);
        if (!client.IsMesh)
            client.Allowance = new TokenBucket(_options.ClientBytesPerSecond, Math.Max(_options.ClientBytesBurst, LongestFrame), now);
        Welcome(client);
        Register(client);
        client.NextKeepAlive = now + client.KeepAliveInterval;
        _deadlines.Schedule(client, client.NextDeadline);
    }

    /// <summary>ServerInfo.</summary>
    private void Welcome(RelayClient client)
    {
        Span<byte> random = stackalloc byte[CryptoBox.NonceSize + sizeof(uint)];
        _entropy.Fill(random);
        client.KeepAliveInterval = DerpLimits.KeepAlive + DerpLimits.KeepAliveJitter * (BitConverter.ToUInt32(random[CryptoBox.NonceSize..]) / (double)uint.MaxValue);

        // The stock relay limits without a word; a client that is told drops by itself what would wait in vain.
        var rate = client.Allowance.HasBounds ? (int)Math.Min(_options.ClientBytesPerSecond, int.MaxValue) : 0;
        var burst = (int)Math.Clamp(_options.ClientBytesBurst, LongestFrame, int.MaxValue);
        var json = new ArrayBufferWriter<byte>(ServerHello.JsonSize);
        new ServerHello(DerpLimits.ProtocolVersion, rate, burst).Write(json);
        var body = Control(client, DerpFrameType.ServerInfo, DerpServerInfo.Size + CryptoBox.TagSize + json.WrittenCount);
        if (body.IsEmpty)
            return;
        DerpServerInfo.WriteHeader(body, random[..CryptoBox.NonceSize]);
        // Its own box was opened: the key is of no low order.
        _ = CryptoBox.Seal(_options.Key.KeyPair.PrivateKey, client.Key.Bytes, random[..CryptoBox.NonceSize], json.WrittenSpan, body[DerpServerInfo.Size..]);
    }

    private void Register(RelayClient client)
    {
        if (!_clients.TryGetValue(client.Key, out var set))
            _clients.Add(client.Key, set = new ClientSet());
        if (set.Count > 0)
        {
            Counters.DuplicateKeys += set.Count == 1 ? 1 : 0;
            Counters.DuplicateConnections += set.Count == 1 ? 2 : 1;
            Counters.DuplicateConnectionsTotal++;
        }
        set.Add(client);
        client.Set = set;
        Counters.Connections++;
        if (client.IsNotIdeal)
            Counters.NotIdealConnections++;
        foreach (var watcher in _watchers)
            TellPresent(watcher, client);
    }

    private void Unregister(RelayClient client)
    {
        var set = client.Set!;
        client.Set = null;
        set.Remove(client);
        if (client.Watches)
            _watchers.Remove(client);
        if (set.Count > 0)
        {
            Counters.DuplicateKeys -= set.Count == 1 ? 1 : 0;
            Counters.DuplicateConnections -= set.Count == 1 ? 2 : 1;
        }
        else
        {
            _clients.Remove(client.Key);
            if (!_routes.ContainsKey(client.Key))
                TellGone(client.Key);
            foreach (var watcher in _watchers)
                WriteGone(watcher, client.Key, DerpPeerGoneReason.Disconnected);
        }
        Counters.Connections--;
        if (client.IsPreferred)
            Counters.HomeConnections--;
        if (client.IsNotIdeal)
            Counters.NotIdealConnections--;
    }

    private void Close(RelayClient client, RelayCloseReason reason)
    {
        if (client.State == RelayClientState.Closed)
            return;
        (client.State, client.CloseReason) = (RelayClientState.Closed, reason);
        if (reason == RelayCloseReason.Refused)
            Counters.Refused++;
        if (client.Set is not null)
            Unregister(client);
        ForgetSenders(client);
        CountAsGone(client, isDisco: true);
        CountAsGone(client, isDisco: false);
        // What was said before a fault, the welcome above all, was said by then, as the stock relay says it.
        if (client.IsFaulty)
            client.Outgoing.ClearPackets();
        else
            client.Outgoing.Clear();
        client.Reader.Forget(_blocks);
        _deadlines.Remove(client);
        _closed.Add(client);
    }

    private void CountAsGone(RelayClient client, bool isDisco)
    {
        var (frames, bytes) = client.Outgoing.Waiting(isDisco);
        if (frames > 0)
            Counters.Drop(RelayDropReason.GoneDisconnected, isDisco, frames, bytes - frames * (DerpFrameHeader.Size + DerpLimits.KeySize));
    }

    private void NotePreferred(Timestamp now, RelayClient client, bool isPreferred)
    {
        if (client.IsPreferred == isPreferred)
            return;
        client.IsPreferred = isPreferred;
        Counters.HomeConnections += isPreferred ? 1 : -1;
        if (now - client.ConnectedAt <= s_arrival)
            return;
        if (isPreferred)
            Counters.HomeMovesIn++;
        else
            Counters.HomeMovesOut++;
    }
}
