using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>
/// Two stacks and a path between them, in virtual time that jumps from one event to the next. The seed decides everything.
/// </summary>
internal sealed class World
{
    private readonly NetstackOutbox _outbox = new();
    private readonly byte[] _packet = new byte[ushort.MaxValue + 1];
    private readonly List<Peer> _peers;

    public World(NetstackOptions? a = null, NetstackOptions? b = null, LinkOptions? link = null, LinkOptions? back = null, int seed = 1, bool isV6 = false)
    {
        var dice = new Random(seed);
        A = new Peer(this, a ?? new(), isV6 ? "fd00::1" : "10.0.0.1", 1);
        B = new Peer(this, b ?? new(), isV6 ? "fd00::2" : "10.0.0.2", 2);
        AtoB = new Link(link ?? new(), dice);
        BtoA = new Link(back ?? link ?? new(), dice);
        _peers = [A, B];
    }

    public Peer A { get; }

    public Peer B { get; }

    public Link AtoB { get; }

    public Link BtoA { get; }

    public Timestamp Now { get; private set; } = new(1_000_000_000);

    /// <summary>All packets are written here, if it is set.</summary>
    public Pcap? Capture { get; set; }

    /// <summary>Runs until the condition holds, nothing is left to happen, or the time is over.</summary>
    public bool Run(Func<bool> until, TimeSpan? limit = null)
    {
        var end = Now + (limit ?? TimeSpan.FromMinutes(20));
        for (var same = 0; ; same++)
        {
            if (same > 100_000)
                throw new InvalidOperationException($"time stands still at {Now}");
            Settle();
            if (until())
                return true;
            var next = Timestamp.Min(Timestamp.Min(AtoB.Next, BtoA.Next), Timestamp.Min(A.Stack.NextDeadline, B.Stack.NextDeadline));
            if (next > end)
            {
                Now = end;
                Settle();
                return until();
            }
            if (next > Now)
                same = 0;
            Now = next > Now ? next : Now;
        }
    }

    public void Run(TimeSpan time) => Run(static () => false, time);

    private void Settle()
    {
        for (var isBusy = true; isBusy;)
        {
            isBusy = false;
            while (AtoB.TryReceive(Now, out var packet))
                B.Stack.Handle(Now, packet);
            while (BtoA.TryReceive(Now, out var packet))
                A.Stack.Handle(Now, packet);
            foreach (var peer in _peers)
                isBusy |= Drain(peer);
        }
    }

    private bool Drain(Peer peer)
    {
        var any = false;
        bool more;
        do
        {
            more = peer.Stack.Poll(Now, _outbox);
            foreach (var packet in _outbox.Packets)
                for (var i = 0; i < packet.Count; i++)
                {
                    var bytes = _packet.AsSpan(0, packet.Write(i, _packet)).ToArray();
                    Capture?.Write(Now, bytes);
                    (peer == A ? AtoB : BtoA).Send(Now, bytes);
                    any = true;
                }
            var events = _outbox.Events.ToArray();
            _outbox.Clear();
            foreach (var happened in events)
            {
                peer.Happened(happened);
                any = true;
            }
        }
        while (more);
        return any;
    }

    /// <summary>One end of the path.</summary>
    internal sealed class Peer
    {
        private readonly World _world;

        public Peer(World world, NetstackOptions options, string address, byte seed)
        {
            _world = world;
            var entropy = new byte[32];
            Array.Fill(entropy, seed);
            Stack = new IpStack(options, entropy);
            Address = IpAddress.Of(IPAddress.Parse(address));
            Stack.AddAddress(Address);
        }

        public IpStack Stack { get; }

        public IpAddress Address { get; }

        /// <summary>Connections that came in, in their order.</summary>
        public List<TcpConnection> Accepted { get; } = [];

        public List<NetstackEvent> Events { get; } = [];

        /// <summary>Answers to its pings.</summary>
        public List<PingAnswer> Pings { get; } = [];

        /// <summary>What the test does at an event.</summary>
        public Action<NetstackEvent> On { get; set; } = static _ => { };

        public TcpConnection Connect(Peer other, ushort port = 80) => Stack.Connect(_world.Now, Address, new Endpoint(other.Address, port))!;

        public void Happened(NetstackEvent happened)
        {
            Events.Add(happened);
            if (happened.Ping is { } pong)
                Pings.Add(pong);
            if (happened.Connection is { Listener: not null } incoming && (happened.Events & TcpEvents.Established) != 0)
                Accepted.Add(incoming);
            On(happened);
        }

        public bool Saw(TcpConnection connection, TcpEvents events) => Events.Exists(e => e.Connection == connection && (e.Events & events) != 0);
    }
}
