using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;
using Edge.Io;
using Edge.Protocols.Control.Noise;

namespace Edge.Tests.Io.Control;

/// <summary>The far end of one control connection at a time, as far as HTTP/2: it upgrades, shakes hands, and shows what arrives.</summary>
internal sealed class NoiseServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X25519KeyPair _key;

    public NoiseServer()
    {
        _key = NewKey();
        _listener.Start();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public KeyOf<MachineKind> PublicKey => new(new PublicKey(_key.PublicKey));

    /// <summary>Sent in the first records, before anything else.</summary>
    public byte[] Early { get; init; } = [];

    /// <summary>Instead of the upgrade's answer.</summary>
    public byte[]? Answer { get; init; }

    /// <summary>Instead of the handshake's response.</summary>
    public byte[]? Response { get; init; }

    /// <summary>Takes one connection as far as the channel.</summary>
    public async Task<(ControlChannel Channel, Stream Stream)?> Accept(CancellationToken cancellation)
    {
        var stream = new NetworkStream(await _listener.AcceptSocketAsync(cancellation), ownsSocket: true);
        var head = await ReadHead(stream, cancellation);
        if (Answer is not null)
        {
            await stream.WriteAsync(Answer, cancellation);
            stream.Dispose();
            return null;
        }
        if (!head.StartsWith("POST /ts2021 HTTP/1.1\r\n", StringComparison.Ordinal) || !head.Contains("\r\nUpgrade: tailscale-control-protocol\r\n", StringComparison.Ordinal))
            throw new InvalidDataException(head);
        const string Field = "X-Tailscale-Handshake: ";
        var handshake = head[(head.IndexOf(Field, StringComparison.Ordinal) + Field.Length)..];
        using var responder = new ControlResponder(_key);
        var verdict = responder.ReadInitiation(Convert.FromBase64String(handshake[..handshake.IndexOf('\r')]));
        if (verdict != ControlHandshakeVerdict.Complete)
            throw new InvalidDataException(verdict.ToString());
        var response = new byte[ControlNoiseResponse.Size];
        var channel = responder.WriteResponse(NewKey().PrivateKey, response)!;
        var answer = new ArrayBufferWriter<byte>();
        answer.Write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: tailscale-control-protocol\r\n\r\n"u8);
        answer.Write(Response ?? response);
        if (Response is null && Early.Length > 0)
        {
            var frame = new byte[ControlNoiseHeader.MostFrameBytes];
            answer.Write(frame.AsSpan(0, channel.Seal(Early, frame)));
        }
        // One write: what belongs to the channel comes with the answer's head.
        await stream.WriteAsync(answer.WrittenMemory, cancellation);
        return (channel, stream);
    }

    public static X25519KeyPair NewKey()
    {
        var bytes = new byte[X25519.Size];
        new SystemEntropy().Fill(bytes);
        return new(bytes);
    }

    /// <summary>Reads plaintext until there are so many bytes.</summary>
    public static async Task<byte[]> ReadPlaintext(Stream stream, ControlChannel channel, int count, CancellationToken cancellation)
    {
        var (plaintext, received, buffer) = (new List<byte>(), new List<byte>(), new byte[16 * 1024]);
        while (plaintext.Count < count)
        {
            var read = await stream.ReadAsync(buffer, cancellation);
            if (read == 0) throw new EndOfStreamException();
            received.AddRange(buffer.AsSpan(0, read));
            var bytes = received.ToArray();
            var at = 0;
            while (channel.Open(bytes.AsSpan(at), out var size, out var opened) == ControlOpenVerdict.Opened)
            {
                plaintext.AddRange(opened);
                at += size;
            }
            received.RemoveRange(0, at);
        }
        return [.. plaintext];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _key.Dispose();
    }

    private static async Task<string> ReadHead(Stream stream, CancellationToken cancellation)
    {
        var (head, one) = (new StringBuilder(), new byte[1]);
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellation) == 0) throw new EndOfStreamException();
            head.Append((char)one[0]);
        }
        return head.ToString();
    }
}
