using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>A node of a tailnet whose host gets another address: the kernel says so, and nobody else does.</summary>
[Category(Published.Category)]
public sealed class TailnetMoveTests
{
    [Test]
    public async Task A_download_goes_on_while_the_server_moves_to_another_address()
    {
        Tools.Require("curl", "python3");
        await using var lab = await Lab.Create();
        var net = await LabTailnet.Start(lab);
        // One way only, which is the one that goes.
        foreach (var side in (Side[])[lab.A, lab.B])
            await side.Ip("-6", "addr", "flush", "dev", "eth0");
        var a = await net.Serve(lab.A, "a");
        await net.Serve(lab.B, "b");
        var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "site")).FullName;
        var hash = await Transfer.WriteNoise(Path.Combine(folder, "noise"), 16 << 20);
        lab.B.Start("python3", "-m", "http.server", "-d", folder, "--bind", "0.0.0.0", "8000");
        await Tools.Until(async () => (await lab.A.Try("curl", "-sf", "--max-time", "20", "-o", "/dev/null", "http://100.64.0.2:8000/")).ExitCode == 0, "b's server answers in the tailnet");
        await a.Printed("the path to b.lab.test is direct, 10.9.0.2:");

        var file = Path.Combine(lab.Folder, "fetched");
        var download = lab.A.Run("curl", "-sSf", "--limit-rate", "2M", "-o", file, "http://100.64.0.2:8000/noise");
        await Tools.Until(() => Task.FromResult(File.Exists(file) && new FileInfo(file).Length > 1 << 20), "the download has begun");
        await lab.B.Ip("addr", "del", "10.9.0.2/24", "dev", "eth0");
        await lab.B.Ip("addr", "add", "10.9.0.22/24", "dev", "eth0");
        await a.Printed("the path to b.lab.test is direct, 10.9.0.22:");
        await download;
        await Assert.That(await lab.A.Run("sha256sum", file)).StartsWith(hash);
    }
}
