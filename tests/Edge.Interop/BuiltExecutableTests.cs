using Edge.Tests;

namespace Edge.Interop;

/// <summary>The executable as the build left it, not published: that it comes up at all, so that a plain test run sees it.</summary>
public sealed class BuiltExecutableTests
{
    [Test]
    public async Task It_and_wireguard_go_reach_each_other()
    {
        Tools.Require("wireguard-go", "wg", "ping");
        var program = Repository.PathOf("artifacts", "bin", "Edge", "debug", "edge");
        Skip.Unless(File.Exists(program), $"{program} is missing: run scripts/build");
        await using var lab = await Lab.Create();
        var keys = await TunnelKeys.Make();
        var edge = await EdgeSide.Start(lab.A, keys, new SideOptions { Endpoint = TunnelSide.EndpointOf(lab.B, true) }, program);
        await WireGuardGoSide.Start(lab.B, keys, new SideOptions());
        await lab.A.Reaches(lab.B.InnerAddress(true));
        await lab.B.Reaches(lab.A.InnerAddress(false));
        await edge.Down();
        await Assert.That(await edge.Process.End()).IsEqualTo(0);
    }
}
