using System.Text.RegularExpressions;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>Stock nodes, told by Headscale of our relay and its certificate's hash. <c>PEERS</c> names the folder that has the programs.</summary>
[Category(Published.Category)]
public sealed partial class StockClientTests
{
    [Test]
    public async Task Two_tailscaled_take_the_relay_for_home_and_talk_through_it()
    {
        var (tailscaled, tailscale) = (Tools.Peer("tailscaled"), Tools.Peer("tailscale"));
        Tools.Require("curl", "python3");
        await using var lab = await Lab.Create();
        var hub = lab.A.Address(isV4: true);

        var relay = lab.A.Start(Published.Plain(), "tun", "derp", "--host", hub, "--port", "9443", "--stun-port", "3478", "--state", lab.Folder, "--client-rate", "0", "--total-rate", "0");
        await relay.Printed("STUNPort");
        var pin = PinPattern().Match(relay.Output).Value;
        var key = await HeadscaleSide.Start(lab.A, $"hostname: {hub}, certname: \"{pin}\", ipv4: {hub}, ipv6: none, derpport: 9443, stunport: 3478");

        // They find a direct path in no time unless they are told not to.
        var sides = (Side[])[lab.A, lab.B];
        foreach (var side in sides)
        {
            var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, side.Name)).FullName;
            side.Start("env", "TS_DEBUG_ALWAYS_USE_DERP=1", "TS_NO_LOGS_NO_SUPPORT=true", "TS_DISABLE_PORTMAPPER=1", tailscaled, "--tun=userspace-networking",
                $"--outbound-http-proxy-listen={side.Address(isV4: true)}:1055", "--state=mem:", $"--statedir={folder}", $"--socket={folder}/s.sock", "--no-logs-no-support");
            await Tools.Until(() => Task.FromResult(File.Exists($"{folder}/s.sock")), "tailscaled's socket");
            await side.Run(tailscale, $"--socket={folder}/s.sock", "up", $"--login-server=http://{hub}:8080", $"--authkey={key}", $"--hostname={side.Name}", "--accept-dns=false");
        }
        var address = (await lab.B.Run(tailscale, $"--socket={lab.Folder}/{lab.B.Name}/s.sock", "ip", "-4")).Trim();
        await Tools.Until(async () => (await lab.A.Try(tailscale, $"--socket={lab.Folder}/{lab.A.Name}/s.sock", "ping", "--c", "1", "--until-direct=false", address)).Output.Contains("via DERP(", StringComparison.Ordinal), "a ping through the relay");

        // Its STUN told them where they come from.
        await Assert.That(await lab.B.Run(tailscale, $"--socket={lab.Folder}/{lab.B.Name}/s.sock", "netcheck")).Contains($"IPv4: yes, {lab.B.Address(isV4: true)}:");

        var sent = new byte[8 << 20];
        Random.Shared.NextBytes(sent);
        var served = Directory.CreateDirectory(Path.Combine(lab.Folder, "www")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(served, "file"), sent);
        lab.B.Start("python3", "-m", "http.server", "-d", served, "--bind", "127.0.0.1", "8000");
        await Tools.Until(async () => (await lab.B.Try("curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:8000/")).ExitCode == 0, "the file's server");
        await lab.A.Run("curl", "-sf", "-x", $"http://{hub}:1055", "-o", $"{lab.Folder}/file", $"http://{address}:8000/file");
        await Assert.That((await File.ReadAllBytesAsync($"{lab.Folder}/file")).AsSpan().SequenceEqual(sent)).IsTrue();

        await Assert.That(await relay.End()).IsEqualTo(0);
    }

    [GeneratedRegex("sha256-raw:[0-9a-f]{64}")]
    private static partial Regex PinPattern();
}
