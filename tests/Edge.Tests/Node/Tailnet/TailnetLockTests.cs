using System.Text.Json.Nodes;
using Edge.Lab.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A tailnet whose keys are to be checked by its nodes: this one does not, and says so.</summary>
public sealed class TailnetLockTests
{
    [Test]
    public async Task A_locked_tailnet_is_told_of_as_long_as_it_is_locked()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var control = await LabControl.Start();
        await using var node = TailnetRun.Start(control, "node");
        var known = await TailnetRun.Known(control, "node", static _ => true, limit.Token);
        await node.Map(static _ => true, limit.Token);
        await control.Tailnet.Until(state => state.Find("node")!.IsOnline, limit.Token);
        control.Say(known.Id, new JsonObject { ["TKAInfo"] = new JsonObject { ["Head"] = "WPKYA7JZV6ORHE5JXPYI4KJBXS6BDQ7HPPXGKIR7VCS3UMZQFRTA" } });
        var map = await node.Map(static map => map.TailnetLockHead.Length > 0, limit.Token);
        await node.Log.WaitFor("tailnet lock is on: this node does not check signatures");
        await Assert.That(string.Join('|', (await node.Network.Status()).Health)).Contains($"tailscale lock sign {map.Self.Key}");
        control.Say(known.Id, new JsonObject { ["TKAInfo"] = new JsonObject { ["Disabled"] = true } });
        await node.Map(static map => map.TailnetLockHead.Length == 0, limit.Token);
        await Assert.That((await node.Network.Status()).Health).IsEmpty();
    }
}
