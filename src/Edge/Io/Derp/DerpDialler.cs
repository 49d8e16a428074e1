using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Edge.Io.Derp;

/// <summary>
/// Connects to relays: TCP, TLS, the HTTP upgrade. Where something on the way does not let the upgrade through, DERP goes inside of a
/// WebSocket, which looks as browsers do.
/// </summary>
/// <param name="dialler">How hosts are reached.</param>
/// <param name="roots">Whom certificates lead to.</param>
/// <param name="time">For pinned certificates.</param>
internal sealed class DerpDialler(IDialler dialler, Lazy<X509Certificate2Collection> roots, TimeProvider time)
{
    private const int MostHead = 8 * 1024;

    private static readonly TimeSpan s_handshakeLimit = TimeSpan.FromSeconds(10);

    /// <param name="node">Which relay.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="DialException">Which step failed, for which address, and why.</exception>
    public async ValueTask<DerpStream> Dial(DerpNode node, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_handshakeLimit);
        try
        {
            try
            {
                return await Dial(node, byWebSocket: false, limit.Token);
            }
            catch (DialException refused) when (refused.Step == DialStep.Upgrade)
            {
                return await InWebSocket(node, refused, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DialException(DialStep.Upgrade, $"the relay {node} did not answer within {s_handshakeLimit.TotalSeconds} s");
        }
    }

    /// <summary>TCP and TLS to a relay, for what it answers beside DERP.</summary>
    /// <exception cref="DialException">Which step failed, for which address, and why.</exception>
    public async ValueTask<Stream> DialTls(DerpNode node, CancellationToken cancellation) =>
        await Secure(node, new DerpTrust(node, roots.Value, time), await Connect(node, cancellation), cancellation);

    private async ValueTask<DerpStream> InWebSocket(DerpNode node, DialException refused, CancellationToken cancellation)
    {
        try
        {
            return await Dial(node, byWebSocket: true, cancellation);
        }
        catch (DialException failure) when (failure.Step == DialStep.Upgrade)
        {
            // The first one names what is wrong: few relays know the second way.
            throw refused;
        }
    }

    private async ValueTask<DerpStream> Dial(DerpNode node, bool byWebSocket, CancellationToken cancellation)
    {
        // A hash needs no roots, and to read the system's takes longer than all else here.
        var trust = new DerpTrust(node, node.IsPinned || node.IsInsecure ? [] : roots.Value, time);
        var stream = await Secure(node, trust, await Connect(node, cancellation), cancellation);
        try
        {
            if (byWebSocket)
                return new DerpStream(await UpgradeToWebSocket(node, stream, cancellation), null);
            // The handshake has shown who it is, and only it can read the hello: nothing need be waited for.
            var isKnown = trust.Server is not null && stream.SslProtocol == SslProtocols.Tls13;
            await stream.WriteAsync(Request(node, isKnown ? "Derp-Fast-Start: 1\r\nUpgrade: DERP\r\n" : "Upgrade: DERP\r\n"), cancellation);
            if (isKnown)
                return new DerpStream(stream, trust.Server);
            var (_, rest) = await ReadHead(node, stream, cancellation);
            return new DerpStream(rest.IsEmpty ? stream : new PrefixedStream(rest, stream), null);
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync();
            if (failure is IOException and not DialException)
                throw new DialException(DialStep.Upgrade, $"the relay {node} hung up before it spoke DERP: {failure.Message}", failure);
            throw;
        }
    }

    private async ValueTask<Stream> Connect(DerpNode node, CancellationToken cancellation)
    {
        var addresses = node.Addresses;
        for (var i = 0; ; i++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            // A name may stand for several; who is the last is waited for.
            if (i + 1 < addresses.Count)
                limit.CancelAfter(DerpNode.ConnectLimit);
            try
            {
                return await dialler.Dial(addresses[i], node.Port, limit.Token);
            }
            catch (Exception failure) when (i + 1 < addresses.Count && !cancellation.IsCancellationRequested && failure is DialException or OperationCanceledException)
            {
            }
        }
    }

    private static async ValueTask<SslStream> Secure(DerpNode node, DerpTrust trust, Stream inner, CancellationToken cancellation)
    {
        try
        {
            return await Tls.Handshake(inner, trust.Options(), node.ToString(), cancellation);
        }
        catch (DialException failure) when (trust.Refusal is { } reason)
        {
            throw new DialException(DialStep.Handshake, $"no TLS with the relay {node}: {reason}", failure);
        }
    }

    private static async ValueTask<Stream> UpgradeToWebSocket(DerpNode node, SslStream stream, CancellationToken cancellation)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        await stream.WriteAsync(Request(node, $"Upgrade: websocket\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: derp\r\n"), cancellation);
        var (head, rest) = await ReadHead(node, stream, cancellation);
        if (!head.Contains($"Sec-WebSocket-Accept: {WebSocketKey.Accept(key)}\r\n", StringComparison.OrdinalIgnoreCase)
            || !head.Contains("Sec-WebSocket-Protocol: derp\r\n", StringComparison.OrdinalIgnoreCase))
            throw new DialException(DialStep.Upgrade, $"the relay {node} does not speak DERP inside of WebSocket");
        Stream inner = rest.IsEmpty ? stream : new PrefixedStream(rest, stream);
        var socket = WebSocket.CreateFromStream(inner, new WebSocketCreationOptions { IsServer = false, SubProtocol = "derp", KeepAliveInterval = TimeSpan.Zero });
        return WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
    }

    // The fields that the stock client sends, in its order.
    private static byte[] Request(DerpNode node, string fields)
    {
        var host = node.HostName.Contains(':') ? $"[{node.HostName}]" : node.HostName;
        if (node.Port != 443)
            host = node.ToString();
        var ideal = node.IdealNode is null ? "" : $"Ideal-Node: {node.IdealNode}\r\n";
        return Encoding.ASCII.GetBytes($"GET /derp HTTP/1.1\r\nHost: {host}\r\nUser-Agent: edge\r\nConnection: Upgrade\r\n{fields}{ideal}\r\n");
    }

    /// <summary>Reads the answer's head, which must switch protocols.</summary>
    private static async ValueTask<(string Head, ReadOnlyMemory<byte> Behind)> ReadHead(DerpNode node, Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MostHead];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                throw new DialException(DialStep.Upgrade, $"the relay {node} hung up instead of switching to DERP");
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            var head = Encoding.ASCII.GetString(buffer, 0, end + 2);
            if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
                throw new DialException(DialStep.Upgrade, $"the relay {node} did not switch to DERP: {FirstLine(head)}");
            return (head, buffer.AsMemory(end + 4, length - end - 4));
        }
        throw new DialException(DialStep.Upgrade, $"{node} is no relay: its answer has a head of more than {MostHead} bytes");
    }

    private static string FirstLine(string head)
    {
        var line = head[..head.IndexOf('\r')];
        return line.Length <= 100 ? line : line[..100];
    }
}
