using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Io.Http;
using Edge.Node.Tailnet.Pings;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;
using Edge.Tests.Io.Http;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Node.Tailnet.Pings;

/// <summary>A control server's pings: which way the answer takes, what is in it, and what is never answered.</summary>
public sealed class PingAnswersTests
{
    [Test]
    public async Task A_sign_of_life_goes_where_the_server_wants_it()
    {
        await using var run = new Run();
        run.Begin(new PingRequest { Url = "http://control.example:8080/ping?id=1", Log = true });
        await Assert.That((await run.Http.Next(run.Limit)).ToString()).IsEqualTo("HEAD /ping?id=1");
        await Assert.That(string.Join(' ', run.Http.Dialled)).IsEqualTo("control.example:8080");
        run.Begin(new PingRequest { Url = "https://control.example/ping?id=2", IsUrlNoise = true });
        await Assert.That(await run.Next()).IsEqualTo("HEAD https://control.example/ping?id=2 ");
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_question_is_answered_by_the_channel_whatever_the_server_says(bool isNoise)
    {
        await using var run = new Run();
        run.Begin(new PingRequest { Url = "https://control.example/c2n", IsUrlNoise = isNoise, Types = "c2n", Payload = "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"u8.ToArray() });
        var answer = await run.Next();
        await Assert.That(answer).StartsWith("POST https://control.example/c2n HTTP/1.1 200 OK\r\n");
        await Assert.That(answer).EndsWith("\r\n\r\nabc");
        await Assert.That(run.Http.Dialled).IsEmpty();
    }

    [Test]
    public async Task Each_kind_of_ping_is_posted_once()
    {
        await using var run = new Run();
        run.Begin(new PingRequest { Url = "https://control.example/result", IsUrlNoise = true, Types = "disco,TSMP,disco,ICMP,peerapi", Address = IpAddress.V4(0x6440_0001) });
        var results = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var result = await run.Next();
            await Assert.That(result).StartsWith("POST https://control.example/result {");
            using var json = JsonDocument.Parse(result[result.IndexOf('{')..]);
            results.Add($"{json.RootElement.GetProperty("Type")} {json.RootElement.GetProperty("IP")} {json.RootElement.GetProperty("LatencySeconds").GetDouble():0.###} {json.RootElement.GetProperty("Endpoint")} {json.RootElement.GetProperty("NodeName")}");
        }
        await Assert.That(string.Join('|', results.Order(StringComparer.Ordinal))).IsEqualTo(
            "ICMP 100.64.0.1 0.025 192.0.2.1:41641 peer.example.|TSMP 100.64.0.1 0.025 192.0.2.1:41641 peer.example.|disco 100.64.0.1 0.025 192.0.2.1:41641 peer.example.|peerapi 100.64.0.1 0.025 192.0.2.1:41641 peer.example.");
        await Assert.That(run.Pinged.Count).IsEqualTo(4);
    }

    [Test]
    [Arguments("ftp://control.example/", "", "its URL is none")]
    [Arguments("file:///etc/passwd", "", "its URL is none")]
    [Arguments("/relative", "", "its URL is none")]
    [Arguments("https://control.example/", "telepathy", "there is no ping \"telepathy\"")]
    [Arguments("https://control.example/", "c2n", "a request whose header has no end")]
    public async Task What_cannot_be_answered_is_said(string url, string types, string expected)
    {
        await using var run = new Run();
        run.Begin(new PingRequest { Url = url, IsUrlNoise = true, Types = types, Address = IpAddress.V4(0x6440_0001) });
        await run.Log.WaitFor(expected);
        await Assert.That(run.Sent).IsEqualTo(0);
        await Assert.That(run.Http.Dialled).IsEmpty();
    }

    [Test]
    public async Task Without_an_address_nobody_is_pinged()
    {
        await using var run = new Run();
        run.Begin(new PingRequest { Url = "https://control.example/", IsUrlNoise = true, Types = "disco" });
        await run.Log.WaitFor("it does not say whom to ping");
    }

    [Test]
    public async Task A_server_that_asks_without_end_is_answered_eight_at_once()
    {
        await using var run = new Run { Gate = new TaskCompletionSource() };
        for (var i = 0; i < 20; i++)
            run.Begin(new PingRequest { Url = $"https://control.example/{i}", IsUrlNoise = true });
        await Assert.That(run.Log.Text.Split("8 others are being answered").Length - 1).IsEqualTo(12);
        run.Gate.SetResult();
        for (var i = 0; i < 8; i++)
            await run.Next();
        await Assert.That(run.Sent).IsEqualTo(8);
    }

    private sealed class Run : IPeerPinger, IAsyncDisposable
    {
        private readonly CancellationTokenSource _limit = new(OrbRun.Limit);
        private readonly Channel<string> _sent = Channel.CreateUnbounded<string>();
        private readonly PingAnswers _answers;
        private int _count;

        public Run() => _answers = new(Send, new HttpAsker(Http, new(() => [])), this, Log.CreateLogger("control"));

        public ScriptedHttp Http { get; } = new(_ => ScriptedHttp.Answer(200));

        public LogLines Log { get; } = new();

        public TaskCompletionSource? Gate { get; init; }

        public ConcurrentBag<PingKind> Pinged { get; } = [];

        public CancellationToken Limit => _limit.Token;

        public int Sent => _count;

        public void Begin(PingRequest ping) => _answers.Begin(new AnswerPing(1, ping), Limit);

        public async Task<string> Next() => await _sent.Reader.ReadAsync(Limit);

        public Task<PingReport> Ping(IpAddress target, PingKind kind, CancellationToken cancellation)
        {
            Pinged.Add(kind);
            return Task.FromResult(new PingReport(target) { RoundTrip = TimeSpan.FromMilliseconds(25), Endpoint = new Endpoint(IpAddress.V4(0xc000_0201), 41641), NodeName = "peer.example." });
        }

        public async ValueTask DisposeAsync()
        {
            await Http.DisposeAsync();
            _limit.Dispose();
        }

        private async Task Send(HttpMethod method, Uri url, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _count);
            await (Gate?.Task ?? Task.CompletedTask).WaitAsync(cancellation);
            await _sent.Writer.WriteAsync($"{method} {url} {Encoding.UTF8.GetString((body ?? default).Span)}", cancellation);
        }
    }
}
