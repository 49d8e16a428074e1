using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Protocols.Netstack;

namespace Edge.Bench.Measurement;

/// <summary>What the netstack and the transport hold of a connection that has served a request and waits for the next.</summary>
internal sealed class IdleConnections
{
    private const int Count = 2_000;

    private readonly List<Action<Timestamp>> _posted = [];
    private readonly NetstackOutbox _outbox = new();
    private readonly byte[] _packet = new byte[ushort.MaxValue + 1];
    private readonly VirtualNetwork _a = Make("10.7.0.1");
    private readonly VirtualNetwork _b = Make("10.7.0.2");
    private readonly List<TunnelConnection> _held = [];

    /// <returns>Bytes of managed memory for each end.</returns>
    public static double Measure()
    {
        var idle = new IdleConnections();
        idle._a.Start(idle._posted.Add);
        idle._b.Start(idle._posted.Add);
        idle._b.Listen(80, idle._held.Add);
        // The first ones make what all share.
        idle.Open(16);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        idle.Open(Count);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(idle);
        return (double)(after - before) / (2 * Count);
    }

    private static VirtualNetwork Make(string address) => new(
        "idle", [IpAddress.Of(IPAddress.Parse(address))], ImmutableArray<IpPrefix>.Empty, new NetstackOptions(), new SystemEntropy());

    private void Open(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var dialling = _a.Dial(new Endpoint(_b.Addresses[0], 80), CancellationToken.None).AsTask();
            Settle();
            var client = dialling.GetAwaiter().GetResult();
            var server = _held[^1];
            Send(client, server);
            Send(server, client);
            _ = client.Input.ReadAsync().AsTask();
            _ = server.Input.ReadAsync().AsTask();
            Settle();
            _held.Add(client);
            _held.Add(server);
        }
    }

    private void Send(TunnelConnection from, TunnelConnection to)
    {
        from.Output.Write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8);
        _ = from.Output.FlushAsync().AsTask();
        Settle();
        if (!to.Input.TryRead(out var read))
            throw new InvalidOperationException("what was sent has not arrived");
        to.Input.AdvanceTo(read.Buffer.End);
    }

    private void Settle()
    {
        var now = MonotonicClock.Now;
        do
        {
            List<Action<Timestamp>> posted = [.. _posted];
            _posted.Clear();
            foreach (var request in posted)
                request(now);
            while (Move(now, _a, _b) | Move(now, _b, _a))
            {
            }
        }
        while (_posted.Count > 0);
    }

    private bool Move(Timestamp now, VirtualNetwork from, VirtualNetwork to)
    {
        from.Stack.Poll(now, _outbox);
        var isAny = !_outbox.Packets.IsEmpty || !_outbox.Events.IsEmpty;
        foreach (var packet in _outbox.Packets)
            for (var i = 0; i < packet.Count; i++)
                to.Stack.Handle(now, _packet.AsSpan(0, packet.Write(i, _packet)));
        foreach (var happened in _outbox.Events)
            ((INetstackUser)from).Happened(now, happened);
        _outbox.Clear();
        return isAny;
    }
}
