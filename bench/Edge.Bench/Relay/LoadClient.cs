using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Io.OpenSsl;
using Edge.Protocols.Derp;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Bench.Relay;

/// <summary>
/// A client of a relay that has logged in, and then costs its processor as little as it can: it seals what it sends, and of what comes it reads
/// the records' headers alone.
/// </summary>
internal sealed unsafe partial class LoadClient : IDisposable
{
    /// <summary>linux/socket.h: MSG_DONTWAIT.</summary>
    private const int WithoutWaiting = 0x40;

    /// <summary>RFC 8446, section 5.2: a record's header, and what its length has beyond the text: its type and its tag.</summary>
    private const int RecordHeader = 5, Sealing = 17;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly PrivateKey _key = new(RandomNumberGenerator.GetBytes(PrivateKey.Size));
    private readonly nint _session;
    private readonly nint _gathered;
    private readonly byte[] _buffer = GC.AllocateArray<byte>(64 * 1024, pinned: true);
    private int _kept;
    private int _recordRest;

    /// <summary>Connects, and returns when the relay has taken it in.</summary>
    public LoadClient(DerpNode node)
    {
        _socket.Connect(IPAddress.Loopback, node.Port);
        _session = LoadTls.Connect(Descriptor);
        Write(Encoding.ASCII.GetBytes($"GET /derp HTTP/1.1\r\nHost: {node.HostName}\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n"));
        Span<byte> end = stackalloc byte[4];
        while (!end.SequenceEqual("\r\n\r\n"u8))
        {
            end[1..].CopyTo(end);
            Read(end[3..]);
        }
        var client = new DerpClient(MonotonicClock.Now, new DerpClientOptions { Key = _key }, new SystemEntropy());
        while (!client.IsWelcome)
        {
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, Read(_buffer));
            while (client.Handle(MonotonicClock.Now, ref bytes, out _))
            {
            }
            while (client.Poll() is { IsEmpty: false } written)
            {
                Write(written.Span);
                client.Written();
            }
        }
        _gathered = LoadTls.Gather(_session);
    }

    public int Descriptor => (int)_socket.Handle;

    public PublicKey Key => _key.PublicKey;

    /// <summary>Seals records of so many bytes each, and sends them with one call.</summary>
    public void Send(ReadOnlySpan<byte> bytes, int record)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(record, bytes.Length)..])
            Write(bytes[..Math.Min(record, bytes.Length)]);
        for (var rest = LoadTls.Gathered(_gathered); !rest.IsEmpty;)
        {
            fixed (byte* start = rest)
            {
                var sent = Send(Descriptor, start, rest.Length, 0);
                if (sent <= 0)
                    throw new IOException("the relay hung up");
                rest = rest[(int)sent..];
            }
        }
        LoadTls.Forget(_gathered);
    }

    /// <summary>Takes what has come.</summary>
    /// <returns>Bytes that were sealed in it.</returns>
    public int Count()
    {
        var count = 0;
        while (true)
        {
            var room = _buffer.Length - _kept;
            nint length;
            fixed (byte* start = _buffer)
                length = Receive(Descriptor, start + _kept, room, WithoutWaiting);
            if (length > 0)
                count += Count(_kept + (int)length);
            // Less than there was room for: that was all (epoll(7)).
            if (length < room)
                return count;
        }
    }

    public void Dispose()
    {
        LibSsl.Free(_session);
        _socket.Dispose();
        _key.Dispose();
    }

    private int Count(int length)
    {
        var count = 0;
        var place = 0;
        while (true)
        {
            var skipped = Math.Min(_recordRest, length - place);
            place += skipped;
            _recordRest -= skipped;
            if (length - place < RecordHeader)
                break;
            _recordRest = _buffer[place + 3] << 8 | _buffer[place + 4];
            count += _recordRest - Sealing;
            place += RecordHeader;
        }
        _kept = length - place;
        _buffer.AsSpan(place, _kept).CopyTo(_buffer);
        return count;
    }

    private int Read(Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var length = LibSsl.Read(_session, start, bytes.Length);
            return length > 0 ? length : throw new IOException("the relay did not take a client in");
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            if (LibSsl.Write(_session, start, bytes.Length) != bytes.Length)
                throw new IOException("the relay did not take a client in");
        }
    }

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int descriptor, byte* bytes, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int descriptor, byte* bytes, nint size, int flags);
}
