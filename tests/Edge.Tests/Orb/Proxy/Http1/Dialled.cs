using System.Text;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>A client, and the wires that it has dialled.</summary>
internal sealed class Dialled : IDisposable
{
    private readonly SemaphoreSlim _more = new(0);
    private readonly List<Deadline> _deadlines = [];
    private int _taken;

    /// <param name="room">Of each wire.</param>
    public Dialled(int room = 1 << 20) => Client = new Http1Client("upstream.example", _ =>
    {
        var wire = new Wire(room);
        lock (Wires) Wires.Add(wire);
        _more.Release();
        return new(wire);
    }, Time);

    public FakeTimeProvider Time { get; } = new();

    public Http1Client Client { get; }

    /// <summary>All, the oldest first.</summary>
    public List<Wire> Wires { get; } = [];

    /// <summary>Ends the requests.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>The wires that the client has dialled, one after another; waits for the next.</summary>
    public async Task<Wire> Next()
    {
        if (!await _more.WaitAsync(Limits.Generous)) throw new TimeoutException("the client dials nobody");
        lock (Wires) return Wires[_taken++];
    }

    /// <summary>A request for which the client dials; waits until its header is there.</summary>
    public async Task<(Wire Wire, Task<UpstreamResponse> Asked)> Ask(Task<UpstreamResponse> asked)
    {
        var wire = await Next();
        await wire.Asked();
        return (wire, asked);
    }

    /// <summary>Leaves so many connections resting, the first one for the longest.</summary>
    public async Task Rest(int count)
    {
        var asked = Enumerable.Range(0, count).Select(_ => Get()).ToList();
        foreach (var request in asked) await Exchange(await Next(), request, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    public Task<UpstreamResponse> Get(string method = "GET") => Send(new UpstreamRequest(method, "/"));

    public Task<UpstreamResponse> Send(UpstreamRequest request) => Client.Send(request, Cancellation.Token).AsTask().WaitAsync(Limits.Generous);

    /// <summary>A request with a body, which is read as it is sent.</summary>
    public UpstreamRequest With(Stream body, long? length = null, bool expectsContinue = false, string method = "POST")
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        var deadline = new Deadline(TimeSpan.FromHours(1), Time, CancellationToken.None);
        _deadlines.Add(deadline);
        return new UpstreamRequest(method, "/")
        {
            Body = new RequestBody(context, deadline),
            ContentLength = length,
            ExpectsContinue = expectsContinue,
        };
    }

    public UpstreamRequest With(string body, bool expectsContinue = false, string method = "POST") =>
        With(new MemoryStream(Encoding.Latin1.GetBytes(body)), body.Length, expectsContinue, method);

    /// <summary>A request is sent, answered and read.</summary>
    public async Task<Answer> Exchange(Wire wire, Task<UpstreamResponse> asked, string answer)
    {
        await wire.Asked();
        wire.Say(answer);
        using var response = await asked;
        return await Answer.Of(response);
    }

    public void Dispose()
    {
        foreach (var deadline in _deadlines) deadline.Dispose();
        foreach (var wire in Wires) wire.Dispose();
        Cancellation.Dispose();
        _more.Dispose();
    }
}
