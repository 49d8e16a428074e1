using System.Buffers;
using System.Net;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;
using Edge.Protocols.Control.ControlToNode;
using Edge.Protocols.Stun;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Tailnet.PeerApi;

/// <summary>
/// What a node serves its peers over HTTP in the tunnel (tailscale v1.96.5, ipn/ipnlocal/peerapi.go): a page that says who it is, by which peers see
/// that it is there, and, on an exit node, the names of the internet. What else stock clients serve (files, wake-on-LAN, ingress, debugging) is not here.
/// One request a connection.
/// </summary>
/// <param name="map">The netmap in force; null: none yet.</param>
/// <param name="names">Answers a DNS message for a peer at an address; null: it may not ask.</param>
/// <param name="log">Told of requests that no peer makes.</param>
internal sealed class PeerApiServer(Func<NetworkMap?> map, Func<IpAddress, ReadOnlyMemory<byte>, Task<ReadOnlyMemory<byte>?>> names, ILogger log)
{
    private const int MostConnections = 64;
    private const int MostRequest = 32 * 1024;
    private const int MostMessage = ushort.MaxValue;
    private const string DnsMessage = "application/dns-message";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private int _connections;

    /// <summary>The port for a node with this address: the same after each start, and nothing that anybody may count on.</summary>
    /// <param name="address">Its low bytes are those of the node's other address too.</param>
    /// <param name="isTaken">Whether something listens on a port already.</param>
    public static ushort PortFor(IpAddress address, Func<ushort, bool> isTaken)
    {
        for (byte attempt = 0; ; attempt++)
        {
            var bits = (uint)address.Bits;
            var port = (ushort)(32_768 | (ushort)Crc32.Compute([(byte)((bits >> 16) + attempt), (byte)(bits >> 8), (byte)bits]));
            if (!isTaken(port))
                return port;
        }
    }

    /// <summary>What peers are told of it.</summary>
    public static ValueList<HostService> Services(TailnetNode self, ushort port)
    {
        var services = new List<HostService>();
        foreach (var prefix in self.Addresses)
        {
            var protocol = prefix.Address.IsV4 ? "peerapi4" : "peerapi6";
            if (!services.Exists(service => service.Protocol == protocol))
                services.Add(new(protocol, port, ""));
        }
        return ValueLists.Own(services.ToArray());
    }

    /// <summary>Takes a connection, on the network's thread.</summary>
    public void Take(TunnelConnection connection)
    {
        if (Interlocked.Increment(ref _connections) > MostConnections)
        {
            Interlocked.Decrement(ref _connections);
            connection.Abort();
            connection.Release();
            return;
        }
        _ = Task.Run(() => Serve(connection));
    }

    private async Task Serve(TunnelConnection connection)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_limit);
            await using var stream = new TunnelStream(connection);
            if (map() is not { } known || known.FindPeer(connection.Remote.Address) is not { } peer)
            {
                connection.Abort();
                return;
            }
            var answer = await Read(stream, limit.Token) is { } question ? await Answer(question, known, peer, connection) : Text(400, "no HTTP request");
            await stream.WriteAsync(answer, limit.Token);
            stream.FinishWriting();
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer has gone, or took too long.
            connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private static async Task<NodeQuestion?> Read(TunnelStream stream, CancellationToken cancellation)
    {
        var received = new byte[MostRequest];
        for (var length = 0; length < received.Length;)
        {
            var read = await stream.ReadAsync(received.AsMemory(length), cancellation);
            if (read == 0)
                return null;
            length += read;
            if (NodeQuestion.LengthOf(received.AsSpan(0, length)) is { } whole && whole <= length)
                return NodeQuestion.TryRead(received.AsMemory(0, whole), out var question, out _) ? question : null;
        }
        return null;
    }

    private async Task<ReadOnlyMemory<byte>> Answer(NodeQuestion question, NetworkMap known, TailnetNode peer, TunnelConnection connection)
    {
        // A page in a peer's browser must not speak for the peer, by its own name or by one that was pointed here.
        if (question.IsOfPage || !IsHere(question.Host, known, peer))
        {
            log.Strange(peer.Name.TrimEnd('.'), question.IsOfPage ? "it comes from a page" : "it is for another host");
            return Text(403, "invalid peerapi request");
        }
        if (question.Path == "/dns-query")
            return await AnswerName(question, connection.Remote.Address);
        if (question.Path != "/")
            return Text(404, "unsupported peerapi path");
        if (question.Method is not ("GET" or "HEAD"))
            return Text(405, "method not allowed");
        var page = $"<html>\n<body>\n<h1>Hello, {WebUtility.HtmlEncode(peer.Name.TrimEnd('.'))} ({connection.Remote.Address})</h1>\nThis is {WebUtility.HtmlEncode(known.Self.Name.TrimEnd('.'))}.\n</body>\n</html>\n";
        return Write(200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page), isHead: question.Method == "HEAD");
    }

    // RFC 8484, as far as stock clients use it.
    private async Task<ReadOnlyMemory<byte>> AnswerName(NodeQuestion question, IpAddress remote)
    {
        ReadOnlyMemory<byte>? message = question switch
        {
            { Method: "POST", ContentType: DnsMessage } => question.Body,
            { Method: "GET" } when question.Query.StartsWith("dns=", StringComparison.Ordinal) => FromBase64Url(question.Query[4..]),
            _ => null,
        };
        if (message is not { Length: > 0 and <= MostMessage } asked)
            return Text(400, "no DNS message");
        return await names(remote, asked) is { } answer ? Write(200, DnsMessage, answer.Span, isHead: false) : Text(403, "DNS access denied");
    }

    private static byte[]? FromBase64Url(string text)
    {
        var plain = text.Split('&')[0].TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[plain.Length];
        return Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    // To a peer of another tailnet this node may have other addresses than to all.
    private static bool IsHere(string host, NetworkMap known, TailnetNode peer)
    {
        if (host == "peer")
            return true;
        if (!IPEndPoint.TryParse(host, out var end) || end.Port == 0)
            return false;
        var address = IpAddress.Of(end.Address);
        if (peer.SelfV4Masquerade is not null || peer.SelfV6Masquerade is not null)
            return address == peer.SelfV4Masquerade || address == peer.SelfV6Masquerade;
        foreach (var prefix in known.Self.Addresses)
        {
            if (prefix.Address == address)
                return true;
        }
        return false;
    }

    private static ReadOnlyMemory<byte> Text(int status, string text) => Write(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"), isHead: false);

    private static ReadOnlyMemory<byte> Write(int status, string type, ReadOnlySpan<byte> body, bool isHead)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n"
            + "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\n\r\n"));
        if (!isHead)
            output.Write(body);
        return output.WrittenMemory;
    }
}
