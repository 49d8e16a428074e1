using System.Diagnostics;
using Edge.Foundation.Wire;
using Edge.Io.Derp;
using Edge.Io.Polling;
using Edge.Protocols.Derp;

namespace Edge.Bench.Relay;

/// <summary>One client sends packets to another through a relay, a window of them, and as many again as have come: none is lost, and all in their order.</summary>
internal sealed class LoadPair : IDisposable
{
    public const int PacketSize = 1400;

    /// <summary>Packets that leave together.</summary>
    public const int Batch = 8;

    /// <summary>Fewer than wait for a client at a relay: none is dropped.</summary>
    private const int Window = 3 * Batch;

    private const int FrameSize = DerpFrameHeader.Size + DerpLimits.KeySize + PacketSize;

    /// <summary>In steps of 10 microseconds, to one second.</summary>
    private const int Steps = 100_000;

    private readonly LoadClient _sender;
    private readonly LoadClient _receiver;
    private readonly PolledSocket _socket;
    private readonly byte[] _frames = new byte[Batch * FrameSize];
    private readonly int _record;
    private readonly long[] _sentAt = new long[Window / Batch];
    private readonly int[] _times = new int[Steps];
    private long _bytes;
    private long _sent;
    private long _batchesThatCame;
    private volatile bool _isOver;

    /// <param name="node">The relay.</param>
    /// <param name="loop">Whose thread it runs in.</param>
    /// <param name="packetsOfRecord">How many packets are sealed together.</param>
    public LoadPair(DerpNode node, SocketLoop loop, int packetsOfRecord)
    {
        (_sender, _receiver, _record) = (new LoadClient(node), new LoadClient(node), packetsOfRecord * FrameSize);
        _socket = new PolledSocket(loop, _receiver.Descriptor, default, isOwner: false);
        // To the relay a packet has its receiver's key, from there its sender's: a frame is as long before as behind.
        for (var i = 0; i < Batch; i++)
        {
            var frame = _frames.AsSpan(i * FrameSize, FrameSize);
            frame[0] = (byte)DerpFrameType.SendPacket;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(frame[1..], FrameSize - DerpFrameHeader.Size);
            _receiver.Key.Write(frame[DerpFrameHeader.Size..]);
        }
    }

    /// <summary>That came.</summary>
    public long Packets => Volatile.Read(ref _bytes) / FrameSize;

    /// <summary>Whether all that was sent has come, once <see cref="End"/> was called.</summary>
    public bool IsDrained => Packets == Volatile.Read(ref _sent);

    public static TimeSpan Percentile(IReadOnlyList<LoadPair> pairs, double share)
    {
        var times = new long[Steps];
        foreach (var pair in pairs)
            for (var i = 0; i < Steps; i++)
                times[i] += pair._times[i];
        var rank = (long)(times.Sum() * share);
        var step = 0;
        for (var passed = times[0]; passed < rank && step < Steps - 1; passed += times[++step])
        {
        }
        return TimeSpan.FromMicroseconds(10 * (step + 1));
    }

    /// <summary>Until the connection ends.</summary>
    public async Task Run()
    {
        // Into the loop's thread.
        await _socket.Readable.Wait();
        while (true)
        {
            Fill();
            await _socket.Readable.Wait();
            Volatile.Write(ref _bytes, _bytes + _receiver.Count());
            Note();
        }
    }

    /// <summary>The times so far: beginning is not measured.</summary>
    public void Forget() => Array.Clear(_times);

    public void End() => _isOver = true;

    public void Dispose()
    {
        _socket.Dispose();
        _sender.Dispose();
        _receiver.Dispose();
    }

    private void Fill()
    {
        while (!_isOver && _sent - Packets <= Window - Batch)
        {
            _sentAt[_sent / Batch % _sentAt.Length] = Stopwatch.GetTimestamp();
            _sender.Send(_frames, _record);
            Volatile.Write(ref _sent, _sent + Batch);
        }
    }

    // They come in their order: the last of a batch tells when that has come.
    private void Note()
    {
        for (var came = Packets / Batch; _batchesThatCame < came; _batchesThatCame++)
        {
            var time = Stopwatch.GetElapsedTime(_sentAt[_batchesThatCame % _sentAt.Length]);
            _times[Math.Min((int)(time.TotalMicroseconds / 10), Steps - 1)]++;
        }
    }
}
