using Edge.Dataplane.Offload;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Lab.World.Nat;
using Edge.Protocols.Netstack;
using Edge.Tests.Netstack;

namespace Edge.Tests.Dataplane;

/// <summary>
/// A node that is an interface of its host too: beside its netstack there is the system, here a second stack with the same address, whose packets
/// pass the engine as those of a TUN device do. Virtual time.
/// </summary>
public sealed class SystemBesideStackTests
{
    private const int Size = 300_000;
    private const ushort SystemsPort = 8080;

    private static readonly IpAddress s_service = IpAddress.V4(0x6464_6464);

    private static readonly FilterRule s_everything = new()
    {
        Sources = [AddressRange.AllV4], Destinations = [new FilterDestination(AddressRange.AllV4, PortRange.All)],
    };

    [Test]
    public async Task The_system_fetches_from_a_peer_and_is_answered()
    {
        using var lab = new Lab(1, s_everything);
        lab.B.TotalBytes = lab.B.ServedBytes = Size;
        var fetched = lab.Fetch(new Endpoint(lab.B.Address, 80));
        lab.Run(() => lab.Received == Size);
        await Assert.That(lab.Received).IsEqualTo(Size);
        // All of it was the system's: the netstack has heard of none.
        await Assert.That(lab.A.Stack.Connections).IsEqualTo(0);
        await Assert.That(fetched.CloseReason).IsEqualTo(CloseReason.None);
    }

    [Test]
    public async Task Ports_that_the_stack_opened_are_the_stacks_and_all_others_the_systems()
    {
        using var lab = new Lab(2, s_everything);
        // The system would take both.
        lab.System.Listen(null, 80);
        lab.System.Listen(null, SystemsPort);
        lab.A.TotalBytes = lab.A.ServedBytes = Size;
        var transfer = lab.B.Fetch(lab.A);
        lab.Run(() => transfer.DoneAt is not null);
        await Assert.That(transfer.Received).IsEqualTo(Size);
        await Assert.That(lab.System.Connections).IsEqualTo(0);
        var connection = lab.B.Stack.Connect(lab.World.World.Now, lab.B.Address, new Endpoint(lab.A.Address, SystemsPort))!;
        lab.B.Serve(0);
        lab.Run(() => lab.System.Connections == 1 && connection.State != TcpState.SynSent);
        await Assert.That(connection.State).IsNotEqualTo(TcpState.SynSent);
        await Assert.That(lab.System.Connections).IsEqualTo(1);
    }

    [Test]
    public async Task What_the_stack_dials_is_answered_to_the_stack_though_the_system_has_the_address()
    {
        using var lab = new Lab(3, s_everything);
        lab.B.TotalBytes = lab.B.ServedBytes = Size;
        var transfer = lab.A.Fetch(lab.B);
        lab.Run(() => transfer.DoneAt is not null);
        await Assert.That(transfer.Received).IsEqualTo(Size);
        await Assert.That(lab.SystemsPackets).IsEqualTo(0);
    }

    [Test]
    public async Task The_system_asks_a_service_inside_and_peers_do_not()
    {
        using var lab = new Lab(4, s_everything);
        lab.A.TotalBytes = lab.A.ServedBytes = Size;
        lab.Fetch(new Endpoint(s_service, 80));
        lab.Run(() => lab.Received == Size);
        await Assert.That(lab.Received).IsEqualTo(Size);
        // Nothing of it went into the tunnel.
        await Assert.That(lab.A.Engine.Counters.Sealed).IsEqualTo(0);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Nothing_reaches_the_system_that_the_policy_does_not_let_in(bool isJailed)
    {
        using var lab = new Lab(5, isJailed ? [s_everything] : []);
        if (isJailed)
            lab.A.Learn([lab.B.Node with { IsJailed = true }], s_everything);
        lab.System.Listen(null, SystemsPort);
        lab.B.Stack.Connect(lab.World.World.Now, lab.B.Address, new Endpoint(lab.A.Address, SystemsPort));
        lab.B.Serve(0);
        lab.Run(() => lab.A.Engine.Counters.Filtered > 0);
        await Assert.That(lab.A.Engine.Counters.Filtered).IsGreaterThan(0);
        await Assert.That(lab.SystemsPackets).IsEqualTo(0);
    }

    [Test]
    public async Task Errors_are_for_both_pings_and_fragments_for_the_system_and_what_is_for_others_for_the_router()
    {
        var stack = new IpStack(new NetstackOptions { IsBesideSystem = true }, new byte[32]);
        IpAddress own = IpAddress.V4(0x0a00_0001), peer = IpAddress.V4(0x0a00_0002), other = IpAddress.V4(0x0a00_0003);
        stack.AddAddress(own);
        stack.Listen(null, 443);
        stack.Bind(own, 53);
        // A router takes any port of others, and of ours none.
        stack.Listen(null, 0, asks: true);
        stack.Bind(null, 0);
        await Assert.That(stack.TakersOf(Syn(own, 443))).IsEqualTo(PacketTakers.Stack);
        await Assert.That(stack.TakersOf(Syn(own, 444))).IsEqualTo(PacketTakers.System);
        await Assert.That(stack.TakersOf(Syn(other, 444))).IsEqualTo(PacketTakers.Stack);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Udp, [0, 9, 0, 53, 0, 8, 0, 0]))).IsEqualTo(PacketTakers.Stack);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Udp, [0, 9, 0, 54, 0, 8, 0, 0]))).IsEqualTo(PacketTakers.System);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Udp, [0, 9, 0, 53, 0, 8, 0, 0], isFragment: true))).IsEqualTo(PacketTakers.System);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Icmp, [(byte)IcmpType.EchoRequest, 0, 0, 0, 0, 0, 0, 0]))).IsEqualTo(PacketTakers.System);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Icmp, [(byte)IcmpType.DestinationUnreachable, 0, 0, 0, 0, 0, 0, 0]))).IsEqualTo(PacketTakers.Both);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Tsmp, [0]))).IsEqualTo(PacketTakers.Stack);
        await Assert.That(stack.TakersOf(Ip(IpProtocol.Sctp, [0, 0, 0, 0]))).IsEqualTo(PacketTakers.System);
        await Assert.That(stack.TakersOf([])).IsEqualTo(PacketTakers.System);
        // Where the system chooses none of its own (net.ipv4.ip_local_port_range).
        var dialled = stack.Connect(new Timestamp(1), own, new Endpoint(peer, 80))!;
        await Assert.That(dialled.Local.Port).IsGreaterThanOrEqualTo((ushort)61_000);
        await Assert.That(stack.TakersOf(Segment.Make(new Endpoint(peer, 80), dialled.Local, TcpFlags.Ack, 1))).IsEqualTo(PacketTakers.Stack);
        await Assert.That(stack.TakersOf(Segment.Make(new Endpoint(peer, 81), dialled.Local, TcpFlags.Ack, 1))).IsEqualTo(PacketTakers.System);

        byte[] Syn(IpAddress to, ushort port) => Segment.Make(new Endpoint(peer, 1000), new Endpoint(to, port), TcpFlags.Syn, 1);

        byte[] Ip(IpProtocol protocol, byte[] payload, bool isFragment = false)
        {
            var packet = new byte[20 + payload.Length];
            Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)packet.Length, 1, false, isFragment, 0, 64, protocol, 0, peer.V4Bits, own.V4Bits);
            payload.CopyTo(packet, 20);
            return packet;
        }
    }

    /// <summary>The sink itself copies each packet, but is written to outside of what is counted: one packet waits until the next one or the end of its batch.</summary>
    [Test]
    public async Task The_systems_packets_cost_the_engine_no_allocation_either_way()
    {
        using var lab = new Lab(6, s_everything);
        lab.B.TotalBytes = lab.B.ServedBytes = Size;
        lab.Fetch(new Endpoint(lab.B.Address, 80));
        lab.Run(() => lab.Received >= Size / 2);
        var before = lab.A.AllocatedForPackets;
        lab.Run(() => lab.Received == Size);
        await Assert.That(lab.Received).IsEqualTo(Size);
        await Assert.That(lab.A.AllocatedForPackets - before).IsEqualTo(0);
    }

    [Test]
    public async Task To_tell_whose_a_packet_is_costs_no_allocation()
    {
        var stack = new IpStack(new NetstackOptions { IsBesideSystem = true }, new byte[32]);
        IpAddress own = IpAddress.V4(0x0a00_0001), peer = IpAddress.V4(0x0a00_0002);
        stack.AddAddress(own);
        stack.Listen(null, 443);
        stack.Bind(own, 53);
        stack.Connect(new Timestamp(1), own, new Endpoint(peer, 80));
        byte[][] packets = [.. new ushort[] { 443, 444 }.Select(port => Segment.Make(new Endpoint(peer, 1000), new Endpoint(own, port), TcpFlags.Syn, 1))];
        long Look(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                foreach (var packet in packets)
                    stack.TakersOf(packet);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Look(1000);
        await Assert.That(Look(100_000)).IsEqualTo(0);
    }

    /// <summary>A is beside a system, B is a netstack alone.</summary>
    private sealed class Lab : IPacketSink, IDisposable
    {
        private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(1);

        private readonly List<byte[]> _arrived = [];
        private readonly NetstackOutbox _outbox = new();
        private readonly byte[] _buffer = new byte[64 * 1024];
        private TcpConnection? _fetching;

        public Lab(ulong seed, params FilterRule[] rules)
        {
            World = new NatWorld(seed);
            A = new TailnetHost(World, "a", 1, NatSite.Public, new Endpoint(IpAddress.V4(0xc633_6401), 41_641)) { Services = [s_service] };
            B = new TailnetHost(World, "b", 2, NatSite.Public, new Endpoint(IpAddress.V4(0xc633_6402), 41_641));
            A.Stack.AddAddress(s_service);
            A.Engine.SystemPackets = new PacketJoin(this, joinsUdp: false) { IsEnabled = false };
            System = new IpStack(new NetstackOptions { Mtu = 1280 }, [.. Enumerable.Repeat((byte)seed, 32)]);
            System.AddAddress(A.Address);
            A.Discover();
            B.Discover();
            World.World.RunTo(World.World.Now + TimeSpan.FromSeconds(4));
            A.Learn([B.Node], rules);
            B.Learn([A.Node], s_everything);
        }

        public NatWorld World { get; }

        public TailnetHost A { get; }

        public TailnetHost B { get; }

        public IpStack System { get; }

        /// <summary>That reached it.</summary>
        public int SystemsPackets { get; private set; }

        public long Received { get; private set; }

        public TcpConnection Fetch(Endpoint from) => _fetching = System.Connect(World.World.Now, A.Address, from)!;

        public void Run(Func<bool> until)
        {
            var end = World.World.Now + TimeSpan.FromMinutes(1);
            while (World.World.Now < end && !until())
            {
                Exchange();
                World.World.RunTo(World.World.Now + s_step);
            }
        }

        public unsafe void Write(in VirtioHeader virtio, ReadOnlySpan<PacketPiece> pieces)
        {
            SystemsPackets++;
            _arrived.Add(new ReadOnlySpan<byte>(pieces[0].Start, pieces[0].Length).ToArray());
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
        }

        private void Exchange()
        {
            var now = World.World.Now;
            foreach (var packet in _arrived)
                System.Handle(now, packet);
            _arrived.Clear();
            while (_fetching?.Read(now, _buffer) is > 0 and var read)
                Received += read;
            bool more;
            do
            {
                more = System.Poll(now, _outbox);
                foreach (var packet in _outbox.Packets)
                {
                    for (var i = 0; i < packet.Count; i++)
                        A.Send(_buffer.AsSpan(0, packet.Write(i, _buffer)));
                }
                _outbox.Clear();
            }
            while (more);
        }
    }
}
