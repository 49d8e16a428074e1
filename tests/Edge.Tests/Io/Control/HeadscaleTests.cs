using Edge.Tests.Orb;

namespace Edge.Tests.Io.Control;

/// <summary>A real Headscale on loopback: the way in, two nodes that see each other, the way out. Runs where PEERS names a folder that has it.</summary>
[RequiresHeadscale]
public sealed class HeadscaleTests
{
    [Test]
    public Task Two_nodes_register_see_each_other_come_back_and_log_out() => With(JoiningStories.TwoNodes);

    [Test]
    public Task A_person_lets_a_node_in_by_the_URL() => With(JoiningStories.Person);

    [Test]
    public Task A_server_that_has_another_key_than_the_one_that_was_kept_is_joined_all_the_same() => With(JoiningStories.ChangedKey);

    private static async Task With(Func<IControlServer, CancellationToken, Task> story)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var headscale = await HeadscaleServer.Start(limit.Token);
        await story(headscale, limit.Token);
    }
}
