using System.Buffers;
using Edge.Io.Control;
using Edge.Io.Http;
using Edge.Protocols.Control.ControlToNode;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Tailnet.Pings;

/// <summary>
/// Answers a control server's pings (tailscale v1.96.5, controlclient/direct.go, answerPing): a sign of life, a question to this node ("c2n"), or
/// pings to other nodes, whose result is posted. Each on its own, a few at once.
/// </summary>
/// <param name="channel">For answers that go through the control channel.</param>
/// <param name="asker">For answers that go over the internet.</param>
/// <param name="pinger">Pings other nodes; null: nobody can.</param>
/// <param name="log">Told of failures, and of successes where the server wants that.</param>
internal sealed class PingAnswers(SendAnswer channel, HttpAsker asker, IPeerPinger? pinger, ILogger log)
{
    // A server that asks without end costs this and no more.
    private const int MostAtOnce = 8;

    private static readonly TimeSpan s_pingLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sendLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_questionLimit = TimeSpan.FromMinutes(1);

    private int _running;

    /// <summary>Begins to answer, and does not wait for the end of it.</summary>
    /// <param name="ping">Not asked before.</param>
    /// <param name="cancellation">Ends with the connection that it came by.</param>
    public void Begin(AnswerPing ping, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _running) > MostAtOnce)
        {
            Interlocked.Decrement(ref _running);
            log.NotAnswered(NameOf(ping.Ping), $"{MostAtOnce} others are being answered");
            return;
        }
        _ = Task.Run(() => Run(ping.Ping, cancellation), CancellationToken.None);
    }

    private async Task Run(PingRequest ping, CancellationToken cancellation)
    {
        var name = NameOf(ping);
        try
        {
            if (await Answer(ping, cancellation) is { } fault)
                log.NotAnswered(name, fault);
            else if (ping.Log)
                log.Answered(name);
        }
        catch (IOException e)
        {
            log.NotAnswered(name, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The connection is over, or a peer is silent: then the server learns it from the silence, as with the stock client.
            if (!cancellation.IsCancellationRequested)
                log.NotAnswered(name, "there was no answer in time");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Null: it is answered.</summary>
    private async Task<string?> Answer(PingRequest ping, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(ping.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
            return "its URL is none";
        var isQuestion = ping.Types == "c2n";
        // What a question is answered with never leaves the channel, whatever the server says.
        var sender = new Sender(channel, asker, url, ping.IsUrlNoise || isQuestion);
        if (ping.Types.Length == 0)
        {
            await sender.Send(HttpMethod.Head, null, s_sendLimit, cancellation);
            return null;
        }
        if (!isQuestion)
            return await PingPeers(ping, sender, cancellation);
        if (!NodeQuestion.TryRead(ping.Payload, out var question, out var fault))
            return fault;
        var answer = new ArrayBufferWriter<byte>();
        NodeAnswers.Write(answer, question!);
        await sender.Send(HttpMethod.Post, answer.WrittenMemory, s_questionLimit, cancellation);
        return null;
    }

    private async Task<string?> PingPeers(PingRequest ping, Sender sender, CancellationToken cancellation)
    {
        if (ping.Address is not { } target)
            return "it does not say whom to ping";
        if (pinger is null)
            return "this node pings nobody";
        var kinds = new List<PingKind>();
        var unknown = "";
        foreach (var range in ping.Types.AsSpan().Split(','))
        {
            var name = ping.Types.AsSpan()[range];
            if (PingKinds.Find(name) is not { } kind)
                unknown = $"there is no ping \"{(name.Length > 32 ? name[..32] : name)}\"";
            else if (!kinds.Contains(kind))
                kinds.Add(kind);
        }
        await Task.WhenAll(kinds.Select(kind => PingPeer(target, kind, sender, cancellation)));
        return unknown.Length == 0 ? null : unknown;
    }

    private async Task PingPeer(Foundation.Addresses.IpAddress target, PingKind kind, Sender sender, CancellationToken cancellation)
    {
        PingReport report;
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            limit.CancelAfter(s_pingLimit);
            report = await pinger!.Ping(target, kind, limit.Token);
        }
        var json = new ArrayBufferWriter<byte>();
        ControlJsonWriter.Write(json, kind, report);
        await sender.Send(HttpMethod.Post, json.WrittenMemory, s_sendLimit, cancellation);
    }

    // A server's URL may hold what names this request to it alone: the log gets the place.
    private static string NameOf(PingRequest ping) =>
        $"{(ping.Types.Length == 0 ? "sign of life" : ping.Types.Length > 32 ? ping.Types[..32] : ping.Types)}{(Uri.TryCreate(ping.Url, UriKind.Absolute, out var url) ? $" to {url.Host}" : "")}";

    /// <summary>The way that an answer takes.</summary>
    private sealed record Sender(SendAnswer Channel, HttpAsker Asker, Uri Url, bool IsByChannel)
    {
        public async Task Send(HttpMethod method, ReadOnlyMemory<byte>? body, TimeSpan limit, CancellationToken cancellation)
        {
            if (!IsByChannel)
            {
                // What the server answers to that is of no interest.
                await Asker.Ask(new HttpQuestion(method, Url) { Body = body, Limit = limit, MostBytes = 4 * 1024 }, cancellation);
                return;
            }
            using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            watch.CancelAfter(limit);
            await Channel(method, Url, body, watch.Token);
        }
    }
}
