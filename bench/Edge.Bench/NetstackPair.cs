using System.Diagnostics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Bench;

/// <summary>
/// Two stacks that hand each other their packets on one thread, in time of their own: what passes is bounded by the windows alone. The time that
/// the sender and the receiver take is counted apart.
/// </summary>
internal sealed class NetstackPair
{
    private readonly NetstackOutbox _outbox = new();
    private readonly byte[] _packets = new byte[256 * (ushort.MaxValue + 1)];
    private readonly int[] _lengths = new int[256];
    private readonly bool _isWhole;
    private Timestamp _now = new(1_000_000_000);

    /// <param name="mtu">Of the path.</param>
    /// <param name="isWhole">Large segments pass uncut, as between two stacks of one machine, or to a device that cuts them.</param>
    public NetstackPair(int mtu, bool isWhole)
    {
        _isWhole = isWhole;
        var options = new NetstackOptions { Mtu = mtu };
        (A, B) = (new IpStack(options, new byte[32]), new IpStack(options, new byte[32]));
        A.AddAddress(AddressOfA);
        B.AddAddress(AddressOfB);
        B.Listen(null, 80);
    }

    public static IpAddress AddressOfA { get; } = IpAddress.V4(0x0a00_0001);

    public static IpAddress AddressOfB { get; } = IpAddress.V4(0x0a00_0002);

    public IpStack A { get; }

    public IpStack B { get; }

    public Timestamp Now => _now;

    /// <summary>Connections that the second stack accepted.</summary>
    public List<TcpConnection> Accepted { get; } = [];

    /// <summary>Packets that the first stack sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Nanoseconds of the first stack's work, and of the second's.</summary>
    public double NanosecondsOfA { get; private set; }

    public double NanosecondsOfB { get; private set; }

    public TcpConnection Connect() => A.Connect(_now, AddressOfA, new Endpoint(AddressOfB, 80)) ?? throw new InvalidOperationException("no connection");

    /// <summary>Until nothing is due.</summary>
    public void Settle()
    {
        while (Step(A, B, true) | Step(B, A, false))
        {
        }
        _now += TimeSpan.FromMilliseconds(50);
        while (Step(A, B, true) | Step(B, A, false))
        {
        }
    }

    /// <summary>Sends so many bytes, which are written 64 KiB at a time and read as they come.</summary>
    public void Stream(TcpConnection client, TcpConnection server, ReadOnlySpan<byte> text, long bytes)
    {
        (NanosecondsOfA, NanosecondsOfB, Sent) = (0, 0, 0);
        for (long read = 0, written = 0; read < bytes;)
        {
            _now += TimeSpan.FromMicroseconds(20);
            var began = Stopwatch.GetTimestamp();
            for (var left = Math.Min(text.Length, bytes - written); left > 0 && client.Write(text[..(int)left]) is > 0 and var taken; left -= taken)
                written += taken;
            NanosecondsOfA += Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            Step(A, B, true);
            began = Stopwatch.GetTimestamp();
            read += server.Readable;
            server.Consume(_now, server.Readable);
            NanosecondsOfB += Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            Step(B, A, false);
        }
    }

    private bool Step(IpStack from, IpStack to, bool isForth)
    {
        var any = false;
        for (var more = true; more;)
        {
            var began = Stopwatch.GetTimestamp();
            more = from.Poll(_now, _outbox);
            var count = 0;
            foreach (var packet in _outbox.Packets)
                for (var i = 0; i < (_isWhole ? 1 : packet.Count); i++)
                {
                    if (count == _lengths.Length)
                    {
                        Hand(to, count, isForth, ref began);
                        count = 0;
                    }
                    var slot = _packets.AsSpan(count * (ushort.MaxValue + 1));
                    _lengths[count++] = _isWhole ? packet.WriteWhole(slot) : packet.Write(i, slot);
                    any = true;
                }
            foreach (var happened in _outbox.Events)
                if (happened.Connection is { Listener: not null } && (happened.Events & TcpEvents.Established) != 0)
                    Accepted.Add(happened.Connection);
            _outbox.Clear();
            Hand(to, count, isForth, ref began);
        }
        return any;
    }

    // What was since the beginning is the sender's; taking the packets is the receiver's.
    private void Hand(IpStack to, int count, bool isForth, ref long began)
    {
        var sent = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            to.Handle(_now, _packets.AsSpan(i * (ushort.MaxValue + 1), _lengths[i]));
        var taken = Stopwatch.GetTimestamp();
        var (own, other) = (Stopwatch.GetElapsedTime(began, sent).TotalNanoseconds, Stopwatch.GetElapsedTime(sent, taken).TotalNanoseconds);
        NanosecondsOfA += isForth ? own : other;
        NanosecondsOfB += isForth ? other : own;
        Sent += isForth ? count : 0;
        began = taken;
    }
}
