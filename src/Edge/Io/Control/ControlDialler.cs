using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Noise;

namespace Edge.Io.Control;

/// <summary>Asks a control server for its key, and opens Noise channels to it.</summary>
/// <param name="dialler">How hosts are reached.</param>
/// <param name="roots">Whom certificates lead to.</param>
/// <param name="entropy">For ephemeral keys.</param>
/// <param name="time">For the second way's head start.</param>
internal sealed class ControlDialler(IDialler dialler, Lazy<X509Certificate2Collection> roots, EntropySource entropy, TimeProvider time)
{
    private const int MostHead = 8 * 1024;
    private const string Protocol = "tailscale-control-protocol";

    private static readonly TimeSpan s_headStart = TimeSpan.FromMilliseconds(500);

    /// <summary>Where proxies listen.</summary>
    public int ProxyPort { get; init; } = 443;

    /// <summary>`GET /key` over verified TLS, or over http where the URL says so: all trust in the server comes from here.</summary>
    /// <exception cref="IOException">There is no such answer.</exception>
    public async Task<KeyOf<MachineKind>> FetchKey(ControlAddress server, CancellationToken cancellation)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) => await dialler.Dial(Unbracketed(context.DnsEndPoint.Host), context.DnsEndPoint.Port, token),
            SslOptions = server.Url.Scheme == Uri.UriSchemeHttps ? Tls.ClientOf(Unbracketed(server.Url.Host), roots.Value) : new(),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Url, $"/key?v={CapabilityVersion.Current}"));
        using var response = await http.SendAsync(request, cancellation);
        var body = await ControlConnection.ReadBody(response, ControlLimits.MostKeyBytes, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new IOException($"{server.Url} answers {(int)response.StatusCode} to /key: {Excerpt(body)}");
        return ControlJsonReader.TryReadKey(body, out var key, out var fault) ? key.ServerKey : throw new IOException($"{server.Url} is no control server: {fault}");
    }

    /// <summary>Opens a channel by the first way that leads there.</summary>
    /// <param name="server">Where.</param>
    /// <param name="machineKey">Ours.</param>
    /// <param name="serverKey">Whom it must be with.</param>
    /// <param name="plan">Addresses that the server has told; its name is looked up where none of them answers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DialException">No way leads there: the message is of the last that failed.</exception>
    /// <exception cref="ControlHandshakeException">The server is there, and is another or will not have us.</exception>
    public async Task<ControlConnection> Dial(ControlAddress server, X25519KeyPair machineKey, KeyOf<MachineKind> serverKey, ValueList<ControlCandidate> plan, CancellationToken cancellation)
    {
        var target = new Target(server, Unbracketed(server.Url.Host), machineKey, serverKey);
        return (plan.IsEmpty ? null : await DialByPlan(target, plan, cancellation)) ?? await DialHost(target, cancellation);
    }

    /// <summary>Each candidate in its time; null: none of them is the server.</summary>
    private async Task<ControlConnection?> DialByPlan(Target target, ValueList<ControlCandidate> plan, CancellationToken cancellation)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var attempts = plan.Select(candidate => DialCandidate(target, candidate, race.Token)).ToList();
        try
        {
            while (attempts.Count > 0)
            {
                var done = await Task.WhenAny(attempts);
                attempts.Remove(done);
                if (done.IsCompletedSuccessfully)
                    return await done;
                // Why is told by the look-up that follows; here an address was out of date.
                _ = done.Exception;
                cancellation.ThrowIfCancellationRequested();
            }
            return null;
        }
        finally
        {
            await race.CancelAsync();
            foreach (var loser in attempts)
                _ = Abandon(loser);
        }
    }

    private async Task<ControlConnection> DialCandidate(Target target, ControlCandidate candidate, CancellationToken cancellation)
    {
        await Task.Delay(candidate.Delay, time, cancellation);
        using var limit = new CancellationTokenSource(candidate.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        return candidate.Proxy.Length > 0
            ? await Dial(target with { Host = candidate.Address?.ToString() ?? candidate.Proxy, Proxy = candidate.Proxy }, target.Server.First, either.Token)
            : await DialHost(target with { Host = candidate.Address!.Value.ToString() }, either.Token);
    }

    private async Task<ControlConnection> DialHost(Target target, CancellationToken cancellation)
    {
        if (target.Server.Second is not { } second)
            return await Dial(target, target.Server.First, cancellation);
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = Dial(target, target.Server.First, race.Token);
        var pause = Task.Delay(s_headStart, time, race.Token);
        await Task.WhenAny(first, pause);
        if (first.IsCompletedSuccessfully)
            return await first;
        var other = Dial(target, second, race.Token);
        var winner = await Task.WhenAny(first, other);
        if (!winner.IsCompletedSuccessfully)
            winner = winner == first ? other : first;
        try
        {
            return await winner;
        }
        finally
        {
            await race.CancelAsync();
            _ = Abandon(winner == first ? other : first);
        }
    }

    private static async Task Abandon(Task<ControlConnection> loser)
    {
        try
        {
            (await loser).Dispose();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ControlHandshakeException)
        {
            // It lost anyhow.
        }
    }

    private async Task<ControlConnection> Dial(Target target, ControlRoute route, CancellationToken cancellation)
    {
        var server = target.Server;
        var stream = target.Proxy.Length == 0 ? await dialler.Dial(target.Host, route.Port, cancellation) : await DialThrough(target, route.Port, cancellation);
        try
        {
            if (route.IsTls)
                stream = await Tls.Handshake(stream, Tls.ClientOf(Unbracketed(server.Url.Host), roots.Value), server.Authority, cancellation);
            var channel = await Upgrade(server, stream, target.MachineKey, target.ServerKey, cancellation);
            await SkipEarlyPayload(channel, cancellation);
            return new ControlConnection(server.Authority, channel);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            if (e is IOException and not (DialException or ControlHandshakeException))
                throw new DialException(DialStep.Upgrade, $"{server.Url} hung up before the channel was open: {e.Message}", e);
            throw;
        }
    }

    /// <summary>By a proxy of the server's: HTTP CONNECT inside of TLS (tailscale v1.96.5, net/ace/ace.go).</summary>
    private async Task<Stream> DialThrough(Target target, int port, CancellationToken cancellation)
    {
        var stream = await dialler.Dial(target.Host, ProxyPort, cancellation);
        try
        {
            stream = await Tls.Handshake(stream, Tls.ClientOf(target.Proxy, roots.Value), target.Proxy, cancellation);
            var host = Unbracketed(target.Server.Url.Host);
            var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {target.Proxy}\r\n\r\n"), cancellation);
            var head = new byte[MostHead];
            for (var length = 0; ;)
            {
                var read = length < head.Length ? await stream.ReadAsync(head.AsMemory(length), cancellation) : 0;
                if (read == 0)
                    throw new DialException(DialStep.Upgrade, $"the proxy {target.Proxy} gives no answer to CONNECT");
                length += read;
                if (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is not (>= 0 and var end))
                    continue;
                // The server speaks only when it was spoken to.
                if (end + 4 == length && head.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8))
                    return stream;
                throw new DialException(DialStep.Upgrade, $"the proxy {target.Proxy} refuses CONNECT: {Excerpt(head[..end])}");
            }
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<ControlStream> Upgrade(ControlAddress server, Stream stream, X25519KeyPair machineKey, KeyOf<MachineKind> serverKey, CancellationToken cancellation)
    {
        using var initiator = new ControlInitiator(machineKey, serverKey, CapabilityVersion.Current);
        var initiation = new byte[ControlNoiseInitiation.Size];
        var ephemeral = new byte[X25519.Size];
        entropy.Fill(ephemeral);
        if (!initiator.WriteInitiation(ephemeral, initiation))
            throw new ControlHandshakeException($"{server.Url} has a key that nothing can be agreed with");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /ts2021 HTTP/1.1\r\nHost: {server.Authority}\r\nUser-Agent: edge\r\nUpgrade: {Protocol}\r\nConnection: upgrade\r\n"
            + $"X-Tailscale-Handshake: {Convert.ToBase64String(initiation)}\r\nContent-Length: 0\r\n\r\n"), cancellation);

        var buffer = new byte[MostHead];
        var (length, head) = (0, -1);
        while (true)
        {
            if (length == buffer.Length)
                throw new DialException(DialStep.Upgrade, $"{server.Url} answers the upgrade with more than {MostHead} bytes");
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            // A server that cannot open the initiation closes without a word: it holds another key than the one it was sealed for.
            if (read == 0)
                throw head < 0
                    ? new DialException(DialStep.Upgrade, $"{server.Url} hung up instead of switching to the control protocol")
                    : new ControlHandshakeException($"{server.Url} hung up inside of the handshake: it may have another key than before");
            length += read;
            head = head < 0 ? HeadLength(buffer.AsSpan(0, length), server) : head;
            if (head < 0) continue;
            var verdict = initiator.ReadResponse(buffer.AsSpan(head, length - head), out var consumed, out var channel, out var refusal);
            if (verdict == ControlHandshakeVerdict.NeedMore) continue;
            if (channel is null)
                throw new ControlHandshakeException(refusal is null ? $"{server.Url} does not hold the key that it told: {verdict}" : $"{server.Url} refuses: {refusal}");
            return new ControlStream(stream, channel, buffer.AsSpan(head + consumed, length - head - consumed));
        }
    }

    /// <summary>-1: the head is not all there.</summary>
    private static int HeadLength(ReadOnlySpan<byte> received, ControlAddress server)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0) return -1;
        var head = Encoding.ASCII.GetString(received[..(end + 2)]);
        if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) || !head.Contains($"Upgrade: {Protocol}\r\n", StringComparison.OrdinalIgnoreCase))
            throw new DialException(DialStep.Upgrade, $"{server.Url} did not switch to the control protocol: {head[..head.IndexOf('\r')]}");
        return end + 4;
    }

    // The challenge in it is for clients that prove a node key; nothing here is asked to.
    private static async Task SkipEarlyPayload(ControlStream channel, CancellationToken cancellation)
    {
        var buffer = new byte[EarlyPayload.MostBytes + ControlEarlyPayload.Size];
        for (var length = 0; ;)
        {
            var read = await channel.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                throw new DialException(DialStep.Upgrade, "the control server hung up behind the handshake");
            length += read;
            switch (EarlyPayload.Inspect(buffer.AsSpan(0, length), out _, out var consumed))
            {
                case EarlyPayloadVerdict.NeedMore:
                    continue;
                case EarlyPayloadVerdict.TooLong:
                    throw new DialException(DialStep.Upgrade, $"the control server's early payload has more than {EarlyPayload.MostBytes} bytes");
                default:
                    channel.Unread(buffer.AsSpan(consumed, length - consumed));
                    return;
            }
        }
    }

    private static string Unbracketed(string host) => host.Trim('[', ']');

    /// <summary>Whom a channel is wanted with.</summary>
    /// <param name="Server">Who it is.</param>
    /// <param name="Host">What is dialled: its name, or an address that it has told.</param>
    /// <param name="MachineKey">Ours.</param>
    /// <param name="ServerKey">Its own.</param>
    private sealed record Target(ControlAddress Server, string Host, X25519KeyPair MachineKey, KeyOf<MachineKind> ServerKey)
    {
        /// <summary>Who carries the connection on from <see cref="Host"/>; empty: nobody.</summary>
        public string Proxy { get; init; } = "";
    }

    private static string Excerpt(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        return text.Length <= 200 ? text : text[..200];
    }
}
