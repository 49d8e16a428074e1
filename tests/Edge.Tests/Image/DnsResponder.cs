using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Edge.Tests.Image;

/// <summary>A name server that knows one name: its A record is 127.0.0.1, other types are empty, other names do not exist (RFC 1035).</summary>
internal sealed class DnsResponder : IAsyncDisposable
{
    private const int HeaderSize = 12;
    private const ushort TypeA = 1;

    private readonly string _name;
    private readonly Socket _socket;
    private readonly Task _loop;
    private readonly CancellationTokenSource _stop = new();

    public DnsResponder(NetworkNamespace network, string name)
    {
        _name = name;
        _socket = network.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 53));
            return socket;
        });
        _loop = Answer();
    }

    /// <summary>What was asked: <c>TYPE NAME</c>.</summary>
    public ConcurrentQueue<string> Questions { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task Answer()
    {
        byte[] buffer = new byte[512];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                byte[] reply = Reply(buffer.AsSpan(0, got.ReceivedBytes));
                await _socket.SendToAsync(reply, got.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private byte[] Reply(ReadOnlySpan<byte> query)
    {
        var labels = new StringBuilder();
        int at = HeaderSize;
        while (query[at] != 0)
        {
            labels.Append(labels.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += query[at] + 1;
        }
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        string name = labels.ToString();
        Questions.Enqueue($"{type} {name}");

        bool known = name.Equals(_name, StringComparison.OrdinalIgnoreCase);
        bool answered = known && type == TypeA;
        byte[] header = query[..HeaderSize].ToArray();
        // QR, RD, RA and the response code: 0, or 3 for a name that does not exist.
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(0x8180 | (known ? 0 : 3)));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)(answered ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), 0);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), 0);
        ReadOnlySpan<byte> question = query[HeaderSize..(at + 5)];
        // The name is a pointer to the question's; A, IN, 60 s, 4 bytes.
        ReadOnlySpan<byte> record = [0xc0, HeaderSize, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1];
        return answered ? [.. header, .. question, .. record] : [.. header, .. question];
    }
}
