using System.Text;
using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Lab.Control;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Session;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Control;

/// <summary>
/// A control server that fails, lies or attacks, at each step of the real session: there is a reason for people, the last netmap stays, what is
/// taken in is bounded, and when the server is itself again so is the node.
/// </summary>
public sealed class HostileControlTests
{
    private static readonly ControlLimits s_limits = new() { MostFrameBytes = 256 * 1024, MostMessageBytes = 1024 * 1024, FreeMessageBytes = 64 * 1024 };

    private static readonly Dictionary<string, Func<LabFault>> s_bodies = new()
    {
        ["garbage"] = static () => new LabFault.Body(LabBodies.Garbage(1, 100_000)),
        ["half a message"] = static () => new LabFault.Body(LabBodies.Half(FirstMessage), Ends: true),
        ["nothing"] = static () => new LabFault.Body(LabBodies.Of(), Ends: true),
        ["a zip bomb"] = static () => new LabFault.Body(LabBodies.ZipBomb(64 << 20)),
        ["an oversized message"] = static () => new LabFault.Body(LabBodies.Announced(uint.MaxValue)),
        ["deep JSON"] = static () => new LabFault.Body(LabBodies.Deep(20_000)),
        ["a bad key"] = static () => new LabFault.Body(LabBodies.Of(LabBodies.Frame("{\"Node\":{\"ID\":1,\"Key\":\"nodekey:xyz\"}}"))),
        ["no node"] = static () => new LabFault.Body(LabBodies.Of(LabBodies.Frame("{\"Peers\":[]}"))),
        ["no JSON"] = static () => new LabFault.Body(LabBodies.Of(LabBodies.Frame("<html>"))),
    };

    private const string FirstMessage = "{\"Node\":{\"ID\":1},\"Peers\":[]}";

    [Test]
    [Arguments("garbage", "a message of more than 262144 bytes")]
    [Arguments("half a message", "ended the map stream")]
    [Arguments("nothing", "ended the map stream")]
    [Arguments("a zip bomb", "unfold to more than")]
    [Arguments("an oversized message", "a message of more than 262144 bytes")]
    [Arguments("deep JSON", "nested too deep")]
    [Arguments("a bad key", "key")]
    [Arguments("no node", "does not say who this node is")]
    [Arguments("no JSON", "no JSON, or nested too deep, in line 1 at byte 0")]
    public Task A_map_that_is_none_is_refused_with_a_reason(string what, string reason) => With(async (server, node, cancellation) =>
    {
        var last = await Running(node, cancellation);
        server.Control.Fault = request => request.Kind == LabRequestKind.Map ? s_bodies[what]() : null;
        server.Control.HangUp();
        var status = await node.Status(status => status.State == ControlState.Waiting && status.Reason.Contains(reason, StringComparison.OrdinalIgnoreCase), cancellation);
        await Assert.That(status.FailedStep).IsEqualTo(ControlStep.Map);
        await Assert.That(node.LastMap).IsSameReferenceAs(last);
        // What a server says of its own will it is not asked again at once.
        if (what != "no node")
            await Recovers(server, node, cancellation);
    });

    [Test]
    [Arguments(nameof(LabRequestKind.Key))]
    [Arguments(nameof(LabRequestKind.Upgrade))]
    [Arguments(nameof(LabRequestKind.Register))]
    [Arguments(nameof(LabRequestKind.Update))]
    public async Task An_answer_without_an_end_is_not_read_for_ever(string kind)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        var ended = new TaskCompletionSource();
        server.Control.Fault = request => request.Kind.ToString() == kind ? new LabFault.Body(Endless()) : null;
        await using var node = new JoinedNode(server.Url, "node", server.AuthKey);
        // The client hangs up on it.
        await ended.Task.WaitAsync(limit.Token);
        server.Control.Fault = static _ => null;
        await node.Map(static map => map.Self is { Name: "node.edge.test.", Endpoints.Count: 1 }, limit.Token);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless()
        {
            try
            {
                await foreach (var piece in LabBodies.Endless(0))
                    yield return piece;
            }
            finally
            {
                ended.TrySetResult();
            }
        }
    }

    [Test]
    [Arguments(nameof(LabRequestKind.Key), nameof(ControlStep.FetchKey), "answers 503 to /key: out of order")]
    [Arguments(nameof(LabRequestKind.Upgrade), nameof(ControlStep.Dial), "HTTP/1.1 503")]
    [Arguments(nameof(LabRequestKind.Register), nameof(ControlStep.Register), "HTTP 503: out of order")]
    [Arguments(nameof(LabRequestKind.Map), nameof(ControlStep.Map), "HTTP 503: out of order")]
    public async Task A_server_that_is_out_of_order_is_told_by_its_own_words(string kind, string step, string reason)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        server.Control.Fault = request => request.Kind.ToString() == kind ? new LabFault.Status(503, "out of order") : null;
        await using var node = new JoinedNode(server.Url, "node", server.AuthKey);
        var status = await node.Status(static status => status.State == ControlState.Waiting, limit.Token);
        await Assert.That(status.FailedStep.ToString()).IsEqualTo(step);
        await Assert.That(status.Reason).Contains(reason);
        server.Control.Fault = static _ => null;
        await Running(node, limit.Token);
    }

    [Test]
    [Arguments(nameof(LabRequestKind.Key))]
    [Arguments(nameof(LabRequestKind.Upgrade))]
    [Arguments(nameof(LabRequestKind.Register))]
    [Arguments(nameof(LabRequestKind.Map))]
    [Arguments(nameof(LabRequestKind.Update))]
    public async Task A_server_that_hangs_up_is_tried_again(string kind)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        server.Control.Fault = request => request.Kind.ToString() == kind ? new LabFault.Drop() : null;
        await using var node = new JoinedNode(server.Url, "node", server.AuthKey);
        await server.Control.Asked(request => request.Kind.ToString() == kind, limit.Token, count: 2);
        server.Control.Fault = static _ => null;
        await node.Map(static map => map.Self is { Name: "node.edge.test.", Endpoints.Count: 1 }, limit.Token);
    }

    [Test]
    public async Task A_server_that_asks_for_an_hour_gets_it()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        server.Control.Fault = static request => request.Kind == LabRequestKind.Register ? new LabFault.Status(429, "slowly", "3600") : null;
        await using var node = new JoinedNode(server.Url, "node", server.AuthKey);
        var status = await node.Status(static status => status.State == ControlState.Waiting, limit.Token);
        await Assert.That(status.Reason).IsEqualTo("HTTP 429: slowly");
        await Assert.That(status.RetryAt - MonotonicClock.Now > TimeSpan.FromMinutes(30)).IsTrue();
    }

    [Test]
    public Task A_handshake_of_garbage_is_told_from_a_server_that_is_down() => With(async (server, node, cancellation) =>
    {
        var last = await Running(node, cancellation);
        server.Control.Fault = static request => request.Kind == LabRequestKind.Upgrade ? new LabFault.Body(LabBodies.Garbage(2, 100)) : null;
        server.Control.HangUp();
        // The key that is kept may be an old one: it is asked for again before anything is called a failure.
        var status = await node.Status(static status => status is { State: ControlState.Waiting, FailedStep: ControlStep.Noise }, cancellation);
        await Assert.That(status.Reason).Contains("does not hold the key that it told");
        await Assert.That(node.LastMap).IsSameReferenceAs(last);
        await Recovers(server, node, cancellation);
    });

    [Test]
    public Task A_server_that_has_another_key_all_at_once_is_joined_by_it() => With(async (server, node, cancellation) =>
    {
        await Running(node, cancellation);
        var asked = server.Control.Requests.Count;
        server.Control.ChangeKey();
        await Running(node, cancellation);
        await Assert.That(node.Identity!.ServerKey).IsEqualTo(server.Control.Key);
        // The node is known: it does not register again.
        await Assert.That(server.Control.Requests.Skip(asked).Any(static request => request.Kind == LabRequestKind.Register)).IsFalse();
    });

    [Test]
    public Task A_server_that_is_gone_leaves_the_last_netmap() => With(async (server, node, cancellation) =>
    {
        var last = await Running(node, cancellation);
        server.Control.IsDown = true;
        await node.Status(static status => status is { State: ControlState.Waiting, FailedStep: ControlStep.Dial }, cancellation);
        await Assert.That(node.LastMap).IsSameReferenceAs(last);
        server.Control.IsDown = false;
        await Running(node, cancellation);
    });

    [Test]
    public Task A_message_that_comes_byte_by_byte_is_taken_when_it_is_whole() => With(async (server, node, cancellation) =>
    {
        await Running(node, cancellation);
        var message = LabBodies.Frame("{\"Domain\":\"dripping.test\"}");
        for (var i = 0; i < message.Length; i++)
            await Assert.That(server.Control.Say(1, message.AsMemory(i, 1))).IsEqualTo(1);
        await node.Map(static map => map.Domain == "dripping.test", cancellation);
    });

    [Test]
    public Task A_stream_that_breaks_off_inside_of_a_message_is_begun_again() => With(async (server, node, cancellation) =>
    {
        await Running(node, cancellation);
        var message = LabBodies.Frame(Encoding.UTF8.GetBytes(new JsonObject { ["Domain"] = new string('x', 1000) }.ToJsonString()));
        server.Control.Say(1, message.AsMemory(0, 500));
        server.Control.Cut(1);
        var status = await node.Status(static status => status.State == ControlState.Waiting, cancellation);
        await Assert.That(status.FailedStep).IsEqualTo(ControlStep.Map);
        await Assert.That((await Running(node, cancellation)).Domain).IsEqualTo("edge.test");
    });

    private static async Task Recovers(LabServer server, JoinedNode node, CancellationToken cancellation)
    {
        server.Control.Fault = static _ => null;
        await Running(node, cancellation);
    }

    /// <summary>Waits until the node is in, and all that it had to tell is told.</summary>
    private static async Task<NetworkMap> Running(JoinedNode node, CancellationToken cancellation)
    {
        await node.Status(static status => status.State == ControlState.Running, cancellation);
        return node.LastMap is { Self.Endpoints.Count: 1 } last ? last : await node.Map(static map => map.Self.Endpoints.Count == 1, cancellation);
    }

    private static async Task With(Func<LabServer, JoinedNode, CancellationToken, Task> story)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        await using var node = new JoinedNode(server.Url, "node", server.AuthKey, limits: s_limits);
        await story(server, node, limit.Token);
    }
}
