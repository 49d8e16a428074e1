using System.Runtime.InteropServices;
using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Io.Native;

namespace Edge.Io.Udp;

/// <summary>
/// A UDP socket of one family over the raw calls, for one thread: many datagrams a call, runs of equal ones joined (UDP_GRO) and cut
/// (UDP_SEGMENT) by the kernel, or singly where it cannot. It answers from the address that was spoken to.
/// </summary>
internal sealed unsafe class UdpSocket : IDisposable
{
    private const int Datagram = 2 | 0x80000 /* SOCK_DGRAM | SOCK_CLOEXEC */;
    private const int DontWait = 0x40; // MSG_DONTWAIT

    // As other implementations ask for; the kernel counts its own overhead too.
    private const int BufferSize = 7 << 20;

    // A send that the device does not take for so long is dropped, as a full queue would.
    private static readonly TimeValue s_sendTimeout = new() { Microseconds = 100_000 };

    private readonly Descriptor _descriptor;
    private readonly bool _joins;
    private bool _cuts;
    private IpAddress _lostLocal;

    private UdpSocket(Descriptor descriptor, bool isV4, ushort port)
    {
        _descriptor = descriptor;
        IsV4 = isV4;
        Port = port;
        HasFullBuffers = SetBuffers();
        // Below 5.12 joined datagrams can arrive with a wrong size (as wireguard-go found).
        _joins = Environment.OSVersion.Version >= new Version(5, 12) && TrySet(SocketOption.UdpLevel, SocketOption.UdpGro, 1);
        _cuts = TrySet(SocketOption.UdpLevel, SocketOption.UdpSegment, 0);
        var timeout = s_sendTimeout;
        _ = Libc.SetSocketOption(descriptor.Number, SocketOption.SocketLevel, SocketOption.SendTimeout, &timeout, (uint)sizeof(TimeValue));
    }

    public bool IsV4 { get; }

    public ushort Port { get; }

    public int Number => _descriptor.Number;

    /// <summary>Whether the kernel gave the buffers that were asked for, which takes CAP_NET_ADMIN or a larger net.core.rmem_max.</summary>
    public bool HasFullBuffers { get; }

    /// <summary>Whether the kernel cuts runs. Falls back for good when it refuses one.</summary>
    public bool Cuts => _cuts;

    public bool Joins => _joins;

    public UdpCounters Counters;

    /// <param name="isV4">The family; IPv6 sockets take IPv6 only.</param>
    /// <param name="port">0 lets the system choose.</param>
    /// <param name="mark">For policy routing (SO_MARK); 0 for none.</param>
    /// <exception cref="SystemError">The port is taken, the family is not there, or there is no right to mark.</exception>
    public static UdpSocket Open(bool isV4, ushort port, uint mark)
    {
        var family = isV4 ? SocketAddress.FamilyV4 : SocketAddress.FamilyV6;
        var what = $"opening an IPv{(isV4 ? 4 : 6)} UDP socket";
        var descriptor = Descriptor.Of(Libc.Socket(family, Datagram, 0), what);
        try
        {
            Set(descriptor, isV4 ? SocketOption.IpLevel : SocketOption.Ipv6Level, isV4 ? SocketOption.PacketInfoV4 : SocketOption.ReceivePacketInfoV6, 1, what);
            if (!isV4)
                Set(descriptor, SocketOption.Ipv6Level, SocketOption.Ipv6Only, 1, what);
            if (mark != 0)
                Set(descriptor, SocketOption.SocketLevel, SocketOption.Mark, (int)mark, $"marking packets with {mark}", "SO_MARK takes CAP_NET_ADMIN: run as root, or leave FwMark out.");
            var address = stackalloc byte[SocketAddress.SizeV6];
            var any = new Endpoint(isV4 ? IpAddress.AnyV4 : IpAddress.AnyV6, port);
            var length = (uint)SocketAddress.Write(any, new Span<byte>(address, SocketAddress.SizeV6));
            if (Libc.Bind(descriptor.Number, address, length) < 0)
                throw SystemError.Last($"binding UDP port {port}", "Another program has it: choose another ListenPort, or leave it out.");
            length = SocketAddress.SizeV6;
            if (Libc.GetSocketName(descriptor.Number, address, &length) < 0)
                throw SystemError.Last(what);
            return new UdpSocket(descriptor, isV4, SocketAddress.Read(new ReadOnlySpan<byte>(address, (int)length)).Port);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Takes what has arrived, without waiting.</summary>
    /// <param name="batch">Receives it.</param>
    /// <param name="count">Slots to use, at most.</param>
    /// <returns>Slots filled; 0 when nothing is there.</returns>
    public int Receive(ReceiveBatch batch, int count)
    {
        batch.Prepare(count);
        var received = Libc.ReceiveMessages(Number, batch.Messages, (uint)count, DontWait, null);
        batch.Count = Math.Max(received, 0);
        if (received > 0)
            Counters.ReceiveCalls++;
        return batch.Count;
    }

    /// <summary>Remembers that an address of ours works (again), for the sake of <see cref="Send"/>.</summary>
    public void NoteLocal(IpAddress local)
    {
        if (local == _lostLocal)
            _lostLocal = default;
    }

    /// <summary>Sends the runs of this socket's family. What the system refuses is counted and dropped, as the network would.</summary>
    public void Send(SealedOutbox outbox, SendBatch batch)
    {
        var runs = outbox.Runs;
        for (var at = 0; at < runs.Length;)
        {
            var count = 0;
            var first = at;
            for (; at < runs.Length && count < SendBatch.Capacity; at++)
            {
                ref readonly var run = ref runs[at];
                if (run.Path.Remote.Address.IsV4 != IsV4)
                    continue;
                if (run.Segments > 1 && !_cuts)
                {
                    if (count > 0)
                        break;
                    SendSingly(run, outbox, batch);
                    first = at + 1;
                    continue;
                }
                batch.Set(count++, run.Path, KeepsLocal(run.Path), outbox.Slab.Start + run.Offset, run.Length, run.Segments > 1 ? run.SegmentSize : 0);
            }
            if (count > 0)
                SendRuns(outbox, batch, first, count);
        }
    }

    public void Dispose() => _descriptor.Dispose();

    private bool KeepsLocal(in DatagramPath path) => path.Local != _lostLocal;

    private void SendRuns(SealedOutbox outbox, SendBatch batch, int firstRun, int count)
    {
        var sent = 0;
        var run = firstRun;
        while (sent < count)
        {
            var result = Libc.SendMessages(Number, batch.Messages + sent, (uint)(count - sent), 0);
            Counters.SendCalls++;
            var passed = Math.Max(result, 0);
            for (var i = 0; i < passed; i++)
                Counters.Sent += NextOfFamily(outbox, ref run).Segments;
            sent += passed;
            // An error stops at its message and is told by the next call.
            if (result < 0)
                Recover(NextOfFamily(outbox, ref run), outbox, batch, sent++);
        }
    }

    private SealedRun NextOfFamily(SealedOutbox outbox, ref int run)
    {
        while (outbox.Runs[run].Path.Remote.Address.IsV4 != IsV4)
            run++;
        return outbox.Runs[run++];
    }

    /// <summary>Deals with a message that was refused; the messages behind it follow.</summary>
    private void Recover(in SealedRun run, SealedOutbox outbox, SendBatch batch, int index)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.Interrupted)
            error = Resend(run, outbox, batch, index, cuts: run.Segments > 1);
        if (error is Errno.Invalid or Errno.NetworkUnreachable or Errno.AddressNotAvailable && run.Path.HasLocal && KeepsLocal(run.Path))
        {
            // The address that the peer talked to may be gone from this machine, which kernels say in different words: from now on the system
            // chooses, if that helps.
            var lost = _lostLocal;
            _lostLocal = run.Path.Local;
            error = Resend(run, outbox, batch, index, cuts: run.Segments > 1);
            if (error != 0)
                _lostLocal = lost;
        }
        if (error is Errno.InputOutput or Errno.Invalid or Errno.TooLong && run.Segments > 1)
        {
            // EIO, EINVAL: the device or the kernel does not cut. EMSGSIZE: this path's MTU is smaller; singly they are fragmented.
            _cuts &= error == Errno.TooLong;
            SendSingly(run, outbox, batch, index);
            return;
        }
        if (error != 0)
            Counters.SendFailures += run.Segments;
    }

    private int Resend(in SealedRun run, SealedOutbox outbox, SendBatch batch, int index, bool cuts)
    {
        batch.Set(index, run.Path, KeepsLocal(run.Path), outbox.Slab.Start + run.Offset, run.Length, cuts ? run.SegmentSize : 0);
        if (Libc.SendMessages(Number, batch.Messages + index, 1, 0) < 0)
            return Marshal.GetLastPInvokeError();
        Counters.Sent += run.Segments;
        return 0;
    }

    /// <summary>Sends a run's datagrams without the kernel's cut.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outbox">Where its bytes are.</param>
    /// <param name="batch">Headers to use.</param>
    /// <param name="from">The one message that is used: those behind it may wait to be sent.</param>
    private void SendSingly(in SealedRun run, SealedOutbox outbox, SendBatch batch, int from = 0)
    {
        for (var offset = 0; offset < run.Length; offset += run.SegmentSize)
        {
            batch.Set(from, run.Path, KeepsLocal(run.Path), outbox.Slab.Start + run.Offset + offset, Math.Min(run.SegmentSize, run.Length - offset), 0);
            Counters.SendCalls++;
            if (Libc.SendMessages(Number, batch.Messages + from, 1, 0) < 0)
                Counters.SendFailures++;
            else
                Counters.Sent++;
        }
    }

    private bool SetBuffers()
    {
        if (TrySet(SocketOption.SocketLevel, SocketOption.SendBufferForce, BufferSize) & TrySet(SocketOption.SocketLevel, SocketOption.ReceiveBufferForce, BufferSize))
            return true;
        // Without the right the kernel gives up to its maximum and calls that a success.
        _ = TrySet(SocketOption.SocketLevel, SocketOption.SendBuffer, BufferSize) & TrySet(SocketOption.SocketLevel, SocketOption.ReceiveBuffer, BufferSize);
        // It tells twice of what it gave: its own overhead is in it.
        return Get(SocketOption.SocketLevel, SocketOption.ReceiveBuffer) >= 2 * BufferSize;
    }

    private int Get(int level, int name)
    {
        var value = 0;
        var length = 4u;
        return Libc.GetSocketOption(Number, level, name, &value, &length) < 0 ? 0 : value;
    }

    private bool TrySet(int level, int name, int value) => Libc.SetSocketOption(Number, level, name, &value, 4) == 0;

    private static void Set(Descriptor descriptor, int level, int name, int value, string what, string advice = "")
    {
        if (Libc.SetSocketOption(descriptor.Number, level, name, &value, 4) < 0)
            throw SystemError.Last(what, advice);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }
}
