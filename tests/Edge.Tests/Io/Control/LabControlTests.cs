using Edge.Foundation.Netmap;
using Edge.Lab.Control;
using Edge.Protocols.Control.Session;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Control;

/// <summary>The real session and its shell with the laboratory's control server: the stories that hold with Headscale too, and what a tailnet goes through.</summary>
public sealed class LabControlTests
{
    [Test]
    public Task Two_nodes_register_see_each_other_come_back_and_log_out() => With(JoiningStories.TwoNodes);

    [Test]
    public Task A_person_lets_a_node_in_by_the_URL() => With(JoiningStories.Person);

    [Test]
    public Task A_server_that_has_another_key_than_the_one_that_was_kept_is_joined_all_the_same() => With(JoiningStories.ChangedKey);

    [Test]
    public Task What_a_peer_tells_anew_is_told_to_the_others() => With(async (server, cancellation) =>
    {
        await using var a = new JoinedNode(server.Url, "a", server.AuthKey);
        await using var b = new JoinedNode(server.Url, "b", server.AuthKey);
        await a.Map(map => Peer(map)?.Endpoints.Count == 1, cancellation);
        var disco = Peer(a.LastMap!)!.DiscoKey;
        await Assert.That(disco.Key.IsZero).IsFalse();
        await b.SetReport(b.Host with { Network = new NetInfo { PreferredRelay = 900 } }, 5555);
        var map = await a.Map(map => Peer(map)!.Endpoints[0].Port == 5555, cancellation);
        await Assert.That(Peer(map)!.HomeRegion).IsEqualTo(900);
        await b.SetReport(b.Host with { Hostname = "b", Os = "plan9", Network = new NetInfo { PreferredRelay = 900 } }, 5555);
        map = await a.Map(map => Peer(map)!.Host.Os == "plan9", cancellation);
        await Assert.That(map.FindUser(map.Self.User)!.LoginName).IsEqualTo("alice");
    });

    [Test]
    public Task A_peer_that_goes_is_offline_and_one_that_is_removed_is_gone() => With(async (server, cancellation) =>
    {
        await using var a = new JoinedNode(server.Url, "a", server.AuthKey);
        await using (var b = new JoinedNode(server.Url, "b", server.AuthKey))
            await a.Map(map => Peer(map)?.Online == true, cancellation);
        var map = await a.Map(map => Peer(map)?.Online == false, cancellation);
        await Assert.That(Peer(map)!.LastSeen).IsNotNull();
        server.Tailnet.Remove(Peer(map)!.Id.Value);
        await a.Map(map => map.Peers.Count == 0, cancellation);
    });

    [Test]
    public Task An_auth_key_lets_in_as_often_as_it_may_and_the_refusal_says_why() => With(async (server, cancellation) =>
    {
        server.Tailnet.Add(new LabAuthKey("once", "bob") { IsReusable = false });
        server.Tailnet.Add(new LabAuthKey("late", "bob") { Expiry = server.Tailnet.Now });
        await using var first = new JoinedNode(server.Url, "first", "once");
        await first.Map(map => map.FindUser(map.Self.User)!.LoginName == "bob", cancellation);
        foreach (var (key, reason) in new[] { ("once", "auth key has already been used"), ("late", "auth key expired"), ("never", "auth key not found") })
        {
            await using var refused = new JoinedNode(server.Url, "other", key);
            var status = await refused.Status(status => status.State == ControlState.Waiting, cancellation);
            await Assert.That(status.FailedStep).IsEqualTo(ControlStep.Register);
            await Assert.That(status.Reason).IsEqualTo(reason);
        }
    });

    [Test]
    public Task A_key_that_ends_is_replaced_and_the_peers_are_told_the_new_one() => With(async (server, cancellation) =>
    {
        await using var a = new JoinedNode(server.Url, "a", server.AuthKey);
        await using var b = new JoinedNode(server.Url, "b", server.AuthKey);
        var was = Peer(await a.Map(map => Peer(map)?.Online == true, cancellation))!;
        server.Tailnet.Expire(was.Id.Value);
        var now = Peer(await a.Map(map => Peer(map) is { Online: true } peer && peer.Key != was.Key, cancellation))!;
        await Assert.That(now.Id).IsEqualTo(was.Id);
        await Assert.That(now.Addresses == was.Addresses).IsTrue();
    });

    [Test]
    public Task A_machine_waits_for_its_approval_and_is_nobodys_peer_until_then() => With(async (server, cancellation) =>
    {
        await using var a = new JoinedNode(server.Url, "a", server.AuthKey);
        await a.Map(map => map.Self.IsMachineAuthorized, cancellation);
        server.Tailnet.NeedsApproval = true;
        await using var b = new JoinedNode(server.Url, "b", server.AuthKey);
        await b.Status(status => status.State == ControlState.NeedsApproval, cancellation);
        await Assert.That(a.LastMap!.Peers.Count).IsEqualTo(0);
        server.Tailnet.Change(2, node => node with { IsAuthorized = true });
        await b.Status(status => status.State == ControlState.Running, cancellation);
        await a.Map(map => map.Peers.Count == 1, cancellation);
    });

    [Test]
    public Task An_ephemeral_node_that_logs_out_is_gone() => With(async (server, cancellation) =>
    {
        await using var node = new JoinedNode(server.Url, "brief", server.AuthKey, isEphemeral: true);
        await node.Map(map => map.Self.Endpoints.Count == 1, cancellation);
        await node.Logout(cancellation);
        await Assert.That(await server.Knows("brief")).IsFalse();
    });

    [Test]
    public Task Rules_become_each_nodes_own_filter() => With(async (server, cancellation) =>
    {
        server.Tailnet.Add(new LabAuthKey("tagged", "alice") { Tags = ["tag:web"] });
        await using var web = new JoinedNode(server.Url, "web", "tagged");
        await using var a = new JoinedNode(server.Url, "a", server.AuthKey);
        await a.Map(map => map.Filter.Count == 1 && Peer(map) is { IsTagged: true }, cancellation);
        server.Tailnet.Change(state => state with
        {
            Rules =
            [
                new LabRule(["alice"], ["tag:web"]) { FirstPort = 80, LastPort = 80 },
                new LabRule(["*"], ["tag:web"]) { Capability = "example.com/cap/app", Arguments = "[{\"role\":\"reader\"}]" },
            ],
        });
        await a.Map(map => map.Filter.IsEmpty, cancellation);
        var map = await web.Map(map => map.Filter.Count == 2, cancellation);
        await Assert.That(map.Filter[0].Destinations[0].Ports).IsEqualTo(new PortRange(80, 80));
        await Assert.That(map.Filter[0].Sources[0].First).IsEqualTo(a.LastMap!.Self.Addresses[0].Address);
        await Assert.That(map.Filter[1].Grants[0].Name).IsEqualTo("example.com/cap/app");
    });

    private static TailnetNode? Peer(NetworkMap map) => map.Peers.Select(static peer => peer.Value).SingleOrDefault();

    private static async Task With(Func<LabServer, CancellationToken, Task> story)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = await LabServer.Start();
        await story(server, limit.Token);
    }
}
