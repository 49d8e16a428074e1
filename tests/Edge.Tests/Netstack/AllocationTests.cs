using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>The data plane's rule: nothing is allocated for a packet.</summary>
public sealed class AllocationTests
{
    private const int Warm = 200_000, Measured = 1_000_000;

    /// <summary>A reader that takes each piece at once, and one that lets the window fill before it takes all.</summary>
    [Test]
    [Arguments(1)]
    [Arguments(20)]
    public async Task Segments_cost_no_allocation_on_either_side(int roundsOfRead)
    {
        var pair = new Pair(roundsOfRead);
        pair.Run(Warm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pair.Run(Measured);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        await Assert.That(allocated).IsEqualTo(0);
        await Assert.That(pair.Received).IsGreaterThan((Warm + Measured) * 1000L);
    }

    // Two stacks that hand their packets to one another, some of them lost, all on this thread and in buffers made beforehand.
    private sealed class Pair
    {
        private readonly IpStack _a, _b;
        private readonly NetstackOutbox _outbox = new();
        private readonly byte[] _packet = new byte[2048], _text = new byte[16 * 1024];
        private readonly TcpConnection _client;
        private TcpConnection? _server;
        private Timestamp _now = new(1_000_000_000);
        private readonly int _roundsOfRead;
        private long _packets;
        private int _rounds;

        public Pair(int roundsOfRead)
        {
            _roundsOfRead = roundsOfRead;
            (_a, _b) = (new IpStack(new(), new byte[32]), new IpStack(new(), new byte[32]));
            Edge.Foundation.Addresses.IpAddress first = Edge.Foundation.Addresses.IpAddress.V4(0x0a000001), second = Edge.Foundation.Addresses.IpAddress.V4(0x0a000002);
            _a.AddAddress(first);
            _b.AddAddress(second);
            _b.Listen(null, 80);
            _client = _a.Connect(_now, first, new(second, 80))!;
        }

        public long Received { get; private set; }

        public void Run(long packets)
        {
            for (var end = _packets + packets; _packets < end;)
            {
                _now = new(_now.Nanoseconds + 200_000);
                Exchange(_a, _b);
                Exchange(_b, _a);
                _client.Write(_text);
                if (_server is null || ++_rounds % _roundsOfRead != 0)
                    continue;
                Received += _server.Readable;
                _server.Consume(_now, _server.Readable);
            }
        }

        private void Exchange(IpStack from, IpStack to)
        {
            bool more;
            do
            {
                more = from.Poll(_now, _outbox);
                foreach (var packet in _outbox.Packets)
                    for (var i = 0; i < packet.Count; i++)
                    {
                        var length = packet.Write(i, _packet);
                        if (++_packets % 500 != 0)
                            to.Handle(_now, _packet.AsSpan(0, length));
                    }
                foreach (var happened in _outbox.Events)
                    if (happened.Connection?.Listener is not null)
                        _server = happened.Connection;
                _outbox.Clear();
            }
            while (more);
        }
    }
}
