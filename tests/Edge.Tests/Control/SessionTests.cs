using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;

namespace Edge.Tests.Control;

/// <summary>The session against a control server in virtual time: joining, pauses, expiry, outages, logout.</summary>
public sealed class SessionTests
{
    [Test]
    public async Task The_server_tells_where_it_is_and_the_next_connection_goes_there()
    {
        using var world = new ControlWorld(1);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<Dial>().Last().Plan.IsEmpty).IsTrue();
        world.Send("""{"KeepAlive":true,"ControlDialPlan":{"Candidates":[{"IP":"192.0.2.1","DialTimeoutSec":7.5,"Priority":3},{"ACEHost":"ace.example","DialTimeoutSec":9},{"ACEHost":"ace.example\r\nX: y","IP":"192.0.2.3"},{"IP":"2001:db8::1","DialStartDelaySec":12,"DialTimeoutSec":1e9}]}}""");
        world.CloseStream();
        world.Run(TimeSpan.FromSeconds(5));
        await Assert.That(string.Join(' ', world.All<Dial>().Last().Plan.Select(candidate => $"{candidate.Proxy}{candidate.Address}/{candidate.Delay.TotalSeconds}/{candidate.Limit.TotalSeconds}")))
            .IsEqualTo("192.0.2.1/0/7.5 ace.example/0/9 2001:db8::1/12/60");
        // What a message does not say stays; none is none.
        world.Send("""{"KeepAlive":true}""");
        world.Send("""{"ControlDialPlan":{"Candidates":null}}""");
        world.CloseStream();
        world.Run(TimeSpan.FromSeconds(5));
        await Assert.That(world.All<Dial>().Last().Plan.IsEmpty).IsTrue();
    }

    [Test]
    [Arguments("", 10)]
    [Arguments("""{"IP":"192.0.2.1","DialTimeoutSec":2}""", 10)]
    [Arguments("""{"IP":"192.0.2.1","DialStartDelaySec":3,"DialTimeoutSec":9}""", 17)]
    [Arguments("""{"IP":"192.0.2.1","DialStartDelaySec":-3,"DialTimeoutSec":1e300}""", 60)]
    public async Task A_connection_is_waited_for_as_long_as_its_plan_goes_on(string candidate, int seconds)
    {
        using var world = new ControlWorld(1);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.Send($$$"""{"KeepAlive":true,"ControlDialPlan":{"Candidates":[{{{candidate}}}]}}""");
        world.IsDown = true;
        world.CloseStream();
        world.Run(TimeSpan.FromMinutes(3));
        var dialled = world.Log.Last(entry => entry.Action is Dial).At;
        var failed = world.Statuses.Where(entry => entry.Status.Reason == "no connection in time" && entry.At > dialled).Select(entry => entry.At).DefaultIfEmpty(dialled).First();
        if (failed == dialled)
        {
            // The last attempt is not over yet: the one before it is.
            dialled = world.Log.Where(entry => entry.Action is Dial).Select(entry => entry.At).Reverse().Skip(1).First();
            failed = world.Statuses.First(entry => entry.Status.Reason == "no connection in time" && entry.At > dialled).At;
        }
        await Assert.That((failed - dialled).TotalSeconds).IsEqualTo(seconds);
    }

    [Test]
    public async Task A_new_node_joins_with_its_auth_key_in_as_few_steps_as_there_can_be()
    {
        using var world = new ControlWorld(1);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Steps()).IsEqualTo("FetchKey Dial SendRegister OpenMap SendUpdate");
        await Assert.That(world.All<SendRegister>().Single().Request.AuthKey).IsEqualTo("tskey-auth-x");
        var (stream, update) = (world.All<OpenMap>().Single().Request, world.All<SendUpdate>().Single().Request);
        await Assert.That((stream.IsStream, stream.OmitsPeers, update.IsStream, update.OmitsPeers)).IsEqualTo((true, false, false, true));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        await Assert.That(world.Maps.Single().Map.Peers.Count).IsEqualTo(1);
        // The key is stored before the server is told of it, and again when the server knows it.
        await Assert.That(world.Log[0].Action).IsTypeOf<StoreIdentity>();
        await Assert.That(world.All<StoreIdentity>().Last().IsRegistered).IsTrue();
    }

    [Test]
    public async Task A_restarted_node_asks_for_the_map_at_once()
    {
        using var world = Restarted(2);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Steps()).IsEqualTo("Dial OpenMap SendUpdate");
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task What_is_still_being_found_out_is_told_once_it_is()
    {
        var (first, more) = (Endpoints(1), Endpoints(2));
        using var world = new ControlWorld(22, options => options with { Endpoints = first, WaitsForReport = true });
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Steps()).IsEqualTo("FetchKey Dial SendRegister OpenMap");
        // Servers that look at what the stream says have it at once.
        await Assert.That(world.All<OpenMap>().Single().Request.Endpoints == first).IsTrue();
        world.Do((session, now) => session.SetReport(now, new HostInfo { Hostname = "me" }, more));
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendUpdate>().Single().Request.Endpoints == more).IsTrue();
        // The same again is no news.
        world.Do((session, now) => session.SetReport(now, new HostInfo { Hostname = "me" }, more));
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendUpdate>().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task A_server_that_changed_its_key_is_asked_for_the_new_one_without_a_pause()
    {
        using var world = Restarted(3);
        world.ServerKey = ControlWorld.Key<MachineKind>(9);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Steps()).IsEqualTo("Dial FetchKey Dial OpenMap SendUpdate");
        await Assert.That(world.All<StoreIdentity>().Last().ServerKey).IsEqualTo(world.ServerKey);
        await Assert.That(world.Statuses.All(status => status.Status.State != ControlState.Waiting)).IsTrue();
    }

    [Test]
    public async Task A_server_that_forgot_the_node_gets_a_registration()
    {
        using var world = new ControlWorld(4);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        var forgot = false;
        world.Refuse = action => action is OpenMap && !forgot && (forgot = true) ? new Failed(action.Attempt, ControlStep.Map, 404, null, "node not found") : null;
        world.CloseStream();
        world.Run(TimeSpan.FromSeconds(10));
        await Assert.That(world.Steps()).EndsWith("Dial OpenMap SendUpdate Dial SendRegister OpenMap SendUpdate");
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task A_person_is_shown_the_URL_and_awaited()
    {
        using var world = new ControlWorld(5, options => options with { AuthKey = null });
        world.Register = request => request.Followup.Length == 0 ? new RegisterResponse { AuthUrl = "https://login.example/a/1" } : new RegisterResponse { IsMachineAuthorized = true };
        world.Refuse = action => action is SendRegister { Request.Followup.Length: > 0 } && world.World.Now < new Timestamp(600_000_000_000)
            ? new Failed(action.Attempt, ControlStep.Register, 0, null, "the connection was closed") : null;
        world.Start();
        world.Run(TimeSpan.FromMilliseconds(65));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.NeedsLogin);
        await Assert.That(world.Session.Status.LoginUrl).IsEqualTo("https://login.example/a/1");
        world.Run(TimeSpan.FromMinutes(11));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        await Assert.That(world.Session.Status.LoginUrl).IsEqualTo("");
        // A connection that was lost while she looked for her glasses costs her nothing: the URL stays.
        await Assert.That(world.All<SendRegister>().Skip(1).All(register => register.Request.Followup == "https://login.example/a/1")).IsTrue();
    }

    [Test]
    public async Task An_hour_without_control_costs_a_bounded_number_of_attempts_and_the_netmap_stays()
    {
        using var world = new ControlWorld(6);
        world.Start();
        world.Run(TimeSpan.FromMinutes(10));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        var before = world.Log.Count;
        world.IsDown = true;
        world.Refuse = action => new Failed(action.Attempt, ControlStep.Dial, 0, null, "connection refused");
        world.CloseStream();
        world.Run(TimeSpan.FromMilliseconds(1));
        world.IsDown = false;
        world.Run(TimeSpan.FromHours(1));
        var tries = world.Log.Skip(before).Where(entry => entry.Action is Dial).Select(entry => entry.At).ToArray();
        // 30 seconds on average once the pauses have grown.
        await Assert.That(tries.Length).IsBetween(90, 160);
        var pauses = tries.Zip(tries.Skip(1), (a, b) => b - a).ToArray();
        await Assert.That(pauses.Max()).IsLessThanOrEqualTo(TimeSpan.FromSeconds(45.1));
        await Assert.That(pauses.Skip(10).Min()).IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(15));
        await Assert.That(pauses.Distinct().Count()).IsGreaterThan(pauses.Length / 2).Because("pauses are drawn");
        await Assert.That(world.Session.Status).IsEqualTo(world.Session.Status with { State = ControlState.Waiting, FailedStep = ControlStep.Dial, Reason = "connection refused" });
        await Assert.That(world.Session.Map!.Peers.Count).IsEqualTo(1);
        world.Refuse = _ => null;
        world.Run(TimeSpan.FromSeconds(46));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        await Assert.That(world.Session.Status.FailedStep).IsNull();
    }

    [Test]
    public async Task Two_nodes_that_lost_the_server_together_do_not_return_in_step()
    {
        var tries = new List<string>();
        foreach (var seed in new ulong[] { 7, 8 })
        {
            using var world = new ControlWorld(seed) { Refuse = action => new Failed(action.Attempt, ControlStep.FetchKey, 503, null, "overloaded") };
            world.Start();
            world.Run(TimeSpan.FromMinutes(5));
            tries.Add(string.Join(' ', world.Log.Where(entry => entry.Action is FetchKey).Skip(1).Take(3).Select(entry => entry.At)));
        }
        await Assert.That(tries[0]).IsNotEqualTo(tries[1]);
    }

    [Test]
    public async Task A_silent_stream_is_given_up_after_two_minutes_and_a_speaking_one_is_not()
    {
        using var world = new ControlWorld(9);
        world.Start();
        world.Run(TimeSpan.FromHours(1));
        await Assert.That(world.All<OpenMap>().Count()).IsEqualTo(1);
        world.IsSilent = true;
        var last = world.World.Now;
        world.Run(TimeSpan.FromSeconds(121));
        var (at, status) = world.Statuses.First(entry => entry.Status.State == ControlState.Waiting);
        await Assert.That(status.Reason).Contains("no sign of life");
        await Assert.That(at - last).IsBetween(TimeSpan.FromSeconds(120 - 56), TimeSpan.FromSeconds(120));
        await Assert.That(world.All<OpenMap>().Count()).IsEqualTo(2);
    }

    [Test]
    public async Task A_key_that_ends_is_replaced_by_the_calendar()
    {
        using var world = new ControlWorld(10);
        var first = world.Session.NodeKey;
        world.FirstMessage = key => $$$"""{"Node":{"ID":1,"Key":"{{{key}}}","MachineAuthorized":true,"KeyExpiry":"{{{(key == first ? world.Utc + TimeSpan.FromHours(1) : default)}}}"}}""";
        world.Start();
        world.Run(TimeSpan.FromMinutes(59));
        await Assert.That(world.All<SendRegister>().Count()).IsEqualTo(1);
        world.Run(TimeSpan.FromMinutes(2));
        var second = world.All<SendRegister>().Last().Request;
        await Assert.That(second.OldNodeKey).IsEqualTo(first);
        await Assert.That(second.NodeKey).IsNotEqualTo(first);
        await Assert.That(second.AuthKey).IsEqualTo("tskey-auth-x");
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        var stored = world.Log.FindIndex(entry => entry.Action is StoreIdentity { IsRegistered: false } store && new KeyOf<NodeKind>(store.NodeKey.PublicKey) == second.NodeKey);
        await Assert.That(stored).IsBetween(0, world.Log.FindIndex(entry => entry.Action is SendRegister { } sent && sent.Request == second));
    }

    [Test]
    public async Task A_key_that_the_server_calls_ended_is_replaced_once_a_connection()
    {
        using var world = new ControlWorld(11) { Register = _ => new RegisterResponse { IsNodeKeyExpired = true } };
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendRegister>().Count()).IsEqualTo(2);
        await Assert.That(world.Session.Status.Reason).Contains("for one that has ended");
        world.Register = _ => new RegisterResponse { IsMachineAuthorized = true };
        world.Run(TimeSpan.FromSeconds(46));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task A_refused_registration_says_why_and_is_not_repeated_at_once()
    {
        using var world = new ControlWorld(12) { Register = _ => new RegisterResponse { Error = "invalid auth key" } };
        world.Start();
        world.Run(TimeSpan.FromSeconds(29));
        await Assert.That(world.All<SendRegister>().Count()).IsEqualTo(1);
        await Assert.That(world.Session.Status).IsEqualTo(world.Session.Status with { State = ControlState.Waiting, FailedStep = ControlStep.Register, Reason = "invalid auth key" });
        world.Run(TimeSpan.FromSeconds(2));
        await Assert.That(world.All<SendRegister>().Count()).IsEqualTo(2);
    }

    [Test]
    [Arguments(90, 90)]
    [Arguments(100_000, 3600)]
    public async Task A_server_that_asks_for_a_pause_gets_it_up_to_an_hour(int asked, int given)
    {
        using var world = new ControlWorld(13);
        world.Refuse = action => action is SendRegister ? new Failed(action.Attempt, ControlStep.Register, 429, TimeSpan.FromSeconds(asked), "node registration rate limited") : null;
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        var until = world.Session.Status.RetryAt - world.World.Now;
        await Assert.That(until).IsBetween(TimeSpan.FromSeconds(given - 1), TimeSpan.FromSeconds(given));
        world.Run(TimeSpan.FromSeconds(given - 2));
        await Assert.That(world.All<SendRegister>().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task A_server_that_is_given_another_key_while_the_node_is_in_is_asked_for_it()
    {
        using var world = new ControlWorld(143);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.ServerKey = ControlWorld.Key<MachineKind>(5);
        world.CloseStream();
        world.Run(TimeSpan.FromMinutes(1));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        await Assert.That(world.All<FetchKey>().Count()).IsEqualTo(2);
        await Assert.That(world.All<StoreIdentity>().Last().ServerKey).IsEqualTo(world.ServerKey);
    }

    [Test]
    public async Task A_message_that_drips_in_for_ever_is_no_sign_of_life()
    {
        using var world = new ControlWorld(142) { IsSilent = true };
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.SendBytes([0, 0, 1, 0]);
        for (var second = 0; second < 110; second++)
        {
            world.Run(TimeSpan.FromSeconds(1));
            world.SendBytes([(byte)'{']);
        }
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        world.Run(TimeSpan.FromSeconds(10));
        var waiting = world.Statuses.Select(entry => entry.Status).Single(status => status.State == ControlState.Waiting);
        await Assert.That(waiting.Reason).Contains("no sign of life");
        await Assert.That(world.Session.Map).IsNotNull();
    }

    [Test]
    public async Task Logging_out_tells_the_server_a_time_long_over()
    {
        using var world = new ControlWorld(14);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.Do((session, now) => session.Logout(now, TimeSpan.FromSeconds(5)));
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendRegister>().Last().Request.Expiry).IsEqualTo(UtcTime.OfUnixSeconds(123));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.LoggedOut);
        await Assert.That(world.All<StoreIdentity>().Last().IsRegistered).IsFalse();
        await Assert.That(world.Session.NextDeadline).IsEqualTo(Timestamp.Never);
    }

    [Test]
    public async Task A_stream_that_ends_because_the_node_leaves_is_no_failure()
    {
        using var world = new ControlWorld(141);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.Do((session, now) => session.Logout(now, TimeSpan.FromSeconds(5)));
        world.CloseStream();
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.LoggingOut);
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.LoggedOut);
        await Assert.That(world.Session.Status.Reason).IsEqualTo("");
    }

    [Test]
    public async Task Logging_out_while_the_server_is_down_ends_in_time()
    {
        using var world = new ControlWorld(15);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.IsDown = true;
        world.Do((session, now) => session.Logout(now, TimeSpan.FromSeconds(5)));
        world.Run(TimeSpan.FromSeconds(4));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.LoggingOut);
        world.Run(TimeSpan.FromSeconds(2));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.LoggedOut);
        await Assert.That(world.Session.Status.Reason).Contains("did not answer");
    }

    [Test]
    public async Task Changes_here_are_told_one_at_a_time_and_the_last_one_wins()
    {
        using var world = new ControlWorld(16);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        for (var port = 1; port <= 5; port++)
            world.Do((session, now) => session.SetReport(now, new HostInfo { Hostname = "me" }, Endpoints(port)));
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendUpdate>().Select(update => update.Request.Endpoints is [var first, ..] ? (int)first.Endpoint.Port : 0)).IsEquivalentTo([0, 1, 5]);
        world.Do((session, now) => session.SetReport(now, new HostInfo { Hostname = "me" }, Endpoints(5)));
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.All<SendUpdate>().Count()).IsEqualTo(3).Because("what is known is not told again");
    }

    [Test]
    public async Task An_update_that_fails_is_told_again_and_the_stream_goes_on()
    {
        using var world = new ControlWorld(17);
        world.Refuse = action => action is SendUpdate && world.All<SendUpdate>().Count() < 3 ? new Failed(action.Attempt, ControlStep.Update, 500, null, "database is locked") : null;
        world.Start();
        world.Run(TimeSpan.FromMinutes(1));
        await Assert.That(world.All<SendUpdate>().Count()).IsEqualTo(3);
        await Assert.That(world.All<OpenMap>().Count()).IsEqualTo(1);
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    [Arguments(404)]
    [Arguments(501)]
    public async Task A_server_without_updates_is_told_none(int status)
    {
        using var world = new ControlWorld(18);
        world.Refuse = action => action is SendUpdate ? new Failed(action.Attempt, ControlStep.Update, status, null, "not implemented") : null;
        world.Start();
        world.Run(TimeSpan.FromMinutes(1));
        world.Do((session, now) => session.SetReport(now, new HostInfo { Hostname = "other" }, default));
        world.Run(TimeSpan.FromMinutes(1));
        await Assert.That(world.All<SendUpdate>().Count()).IsEqualTo(1);
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task A_ping_is_answered_once()
    {
        using var world = new ControlWorld(19);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        world.Send("""{"KeepAlive":true,"PingRequest":{"URL":"https://control.example/ping/1","URLIsNoise":true}}""");
        world.Send("""{"PingRequest":{"URL":"https://control.example/ping/1","URLIsNoise":true}}""");
        world.Send("""{"PingRequest":{"URL":"https://control.example/ping/2"}}""");
        await Assert.That(world.All<AnswerPing>().Select(ping => (ping.Ping.Url, ping.Ping.IsUrlNoise)))
            .IsEquivalentTo([("https://control.example/ping/1", true), ("https://control.example/ping/2", false)]);
    }

    [Test]
    [Arguments("ffffff7f", "more than")]
    [Arguments("020000005b5d", "no zstd")]
    [Arguments("070000007b2278223a5d7d", "no JSON")]
    [Arguments("1c0000007b2250656572734368616e676564223a5b7b224964223a22227d5d7d", "integer")]
    public async Task Garbage_in_the_stream_closes_it_and_the_netmap_stays(string hex, string reason)
    {
        using var world = new ControlWorld(20);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        var map = world.Session.Map;
        world.SendBytes(Convert.FromHexString(hex));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Waiting);
        await Assert.That(world.Session.Status.FailedStep).IsEqualTo(ControlStep.Map);
        await Assert.That(world.Session.Status.Reason).Contains(reason);
        await Assert.That(ReferenceEquals(world.Session.Map, map)).IsTrue();
        await Assert.That(world.All<Disconnect>().Count()).IsEqualTo(1);
        world.Run(TimeSpan.FromSeconds(3));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task What_comes_of_an_older_connection_is_ignored()
    {
        using var world = new ControlWorld(21);
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        var old = world.All<OpenMap>().Single().Attempt;
        world.CloseStream();
        world.Run(TimeSpan.FromSeconds(2));
        var before = world.Log.Count;
        world.Do((session, now) =>
        {
            session.Handle(now, new Failed(old, ControlStep.Map, 0, null, "late"));
            session.Handle(now, new Upgraded(old));
            session.HandleMap(now, world.Utc, old, [255, 255, 255, 255]);
        });
        await Assert.That(world.Log.Count).IsEqualTo(before);
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    [Test]
    public async Task A_cached_netmap_is_served_before_the_server_has_answered_and_while_it_is_down()
    {
        using var world = Restarted(22, options => options with { CachedMap = Foundation.Netmap.NetworkMapTests.MapOf() });
        world.IsDown = true;
        world.Start();
        await Assert.That(world.Maps.Single().IsCached).IsTrue();
        world.Run(TimeSpan.FromHours(1));
        await Assert.That(world.Session.Map).IsNotNull();
        await Assert.That(world.Session.Status.State).IsNotEqualTo(ControlState.Running);
        world.IsDown = false;
        world.Run(TimeSpan.FromMinutes(2));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
        await Assert.That(world.Maps[^1].IsCached).IsFalse();
    }

    [Test]
    public async Task A_machine_that_nobody_let_in_waits_for_approval()
    {
        using var world = new ControlWorld(23) { FirstMessage = key => $$$"""{"Node":{"ID":1,"Key":"{{{key}}}"}}""" };
        world.Start();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.NeedsApproval);
        world.Send($$$"""{"Node":{"ID":1,"Key":"{{{world.Session.NodeKey}}}","MachineAuthorized":true}}""");
        await Assert.That(world.Session.Status.State).IsEqualTo(ControlState.Running);
    }

    private static ControlWorld Restarted(ulong seed, Func<ControlOptions, ControlOptions>? change = null) => new(seed, options =>
    {
        options = options with { NodeKey = new PrivateKey(Enumerable.Repeat((byte)5, 32).ToArray()), IsRegistered = true, ServerKey = ControlWorld.Key<MachineKind>(1) };
        return change?.Invoke(options) ?? options;
    });

    private static ValueList<OwnEndpoint> Endpoints(int port) => [new(new Endpoint(IpAddress.V4(0xc000_0201), (ushort)port), EndpointKind.Local)];
}
