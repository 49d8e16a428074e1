using Edge.Lab.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet;

/// <summary>Whole nodes whose control server fails, lies or attacks: they talk on by the last netmap, say what is wrong, and are back when it is itself again.</summary>
public sealed class HostileControlTailnetTests
{
    private static readonly Dictionary<string, Action<LabControl>> s_faults = new()
    {
        ["gone"] = static control => control.IsDown = true,
        ["out of order"] = static control => Answer(control, static _ => new LabFault.Status(503, "out of order")),
        ["hanging up"] = static control => Answer(control, static _ => new LabFault.Drop()),
        ["garbage"] = static control => Answer(control, static _ => new LabFault.Body(LabBodies.Garbage(3, 100_000))),
        ["a zip bomb"] = static control => Answer(control, static _ => new LabFault.Body(LabBodies.ZipBomb(64 << 20))),
        ["an endless message"] = static control => Answer(control, static _ => new LabFault.Body(LabBodies.Endless(uint.MaxValue))),
        ["deep JSON"] = static control => Answer(control, static _ => new LabFault.Body(LabBodies.Deep(20_000))),
    };

    [Test]
    [Arguments("gone")]
    [Arguments("out of order")]
    [Arguments("hanging up")]
    [Arguments("garbage")]
    [Arguments("a zip bomb")]
    [Arguments("an endless message")]
    [Arguments("deep JSON")]
    public async Task Nodes_talk_on_by_the_last_netmap(string fault)
    {
        using var limit = new CancellationTokenSource(2 * OrbRun.Limit);
        await using var tailnet = await LabTailnet.Start(limit.Token);
        var (a, b) = (await tailnet.Serve("a"), await tailnet.Serve("b"));
        await TailnetLab.Map(TailnetLab.NodeOf(a), static map => map.Peers.Count == 1, limit.Token);
        await TailnetLab.Map(TailnetLab.NodeOf(b), static map => map.Peers.Count == 1, limit.Token);
        await Assert.That(await TailnetLab.Fetch(a, "http://b/", limit.Token)).IsEqualTo("hello from b");

        s_faults[fault](tailnet.Control);
        tailnet.Control.HangUp();
        await FetchUntil(a, "the last network map stays in force", limit.Token);

        (tailnet.Control.Fault, tailnet.Control.IsDown) = (static _ => null, false);
        await FetchUntil(a, "is reached again", limit.Token);
    }

    private static void Answer(LabControl control, Func<LabRequest, LabFault> fault) =>
        control.Fault = request => request.Kind == LabRequestKind.Map ? fault(request) : null;

    /// <summary>Fetches, and each time gets the page, until the node has said something.</summary>
    private static async Task FetchUntil(OrbRun from, string said, CancellationToken cancellation)
    {
        while (!from.Log.Text.Contains(said, StringComparison.Ordinal))
            await Assert.That(await TailnetLab.Fetch(from, "http://b/", cancellation)).IsEqualTo("hello from b");
    }
}
