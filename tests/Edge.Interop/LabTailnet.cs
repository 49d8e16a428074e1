using Edge.Tests;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>A tailnet of our laboratory's control server and our relay, both on side A, with servers that are interfaces of their hosts too.</summary>
internal sealed class LabTailnet
{
    public const string Key = "tskey-auth-lab";

    private readonly Lab _lab;

    private LabTailnet(Lab lab) => _lab = lab;

    public string Url => $"http://{_lab.A.Address(isV4: true)}:8080";

    /// <summary>The published one, or what the build left: what is shown does not hang on which.</summary>
    public static string Executable
    {
        get
        {
            var built = Repository.PathOf("artifacts", "bin", "Edge", "debug", "edge");
            return Published.HasPlain || !File.Exists(built) ? Published.Plain() : built;
        }
    }

    /// <param name="lab">Its sides are the tailnet's.</param>
    /// <param name="options">Of the control server's program.</param>
    public static async Task<LabTailnet> Start(Lab lab, params string[] options)
    {
        var tailnet = new LabTailnet(lab);
        var hub = lab.A.Address(isV4: true);
        var relay = lab.A.Start(Executable, "tun", "derp", "--host", hub, "--port", "9443", "--stun-port", "3478", "--state", lab.Folder, "--json", "--log-level", "error");
        await File.WriteAllTextAsync($"{lab.Folder}/relays.json", await relay.PrintedDocument());
        var program = Repository.PathOf("artifacts", "bin", "Edge.Lab", "debug", "Edge.Lab");
        Skip.Unless(File.Exists(program), $"{program} is missing: run scripts/build");
        var control = lab.A.Start([program, "--listen", $"{hub}:8080", "--auth-key", Key, "--relays", $"{lab.Folder}/relays.json", .. options]);
        await control.Printed("http://");
        return tailnet;
    }

    /// <summary>`edge orb --tun`, which answers `hello from NAME` in the tunnel; it has joined when this returns.</summary>
    /// <param name="side">Where.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="more">Further lines of its `tailscale` block.</param>
    /// <param name="wrapper">What is to start the executable.</param>
    public async Task<RunningProgram> Serve(Side side, string name, string more = "", params string[] wrapper)
    {
        var orb = await Begin(side, name, more, wrapper);
        await orb.Printed("the network lab is up");
        return orb;
    }

    /// <inheritdoc cref="Serve"/>
    /// <returns>It has not joined yet.</returns>
    public async Task<RunningProgram> Begin(Side side, string name, string more = "", params string[] wrapper)
    {
        var file = Path.Combine(_lab.Folder, $"{name}.pkl");
        await File.WriteAllTextAsync(file, $$"""
            networks { ["lab"] { tailscale { direct = true; controlUrl = "{{Url}}"; hostname = "{{name}}"; stateDir = "{{_lab.Folder}}/{{name}}"; {{more}} } } }
            servers { ["all"] { handler = new Respond { body = "hello from {{name}}" } } }
            """);
        return side.Start(["env", $"TS_AUTHKEY={Key}", $"TS_STATE_DIR={_lab.Folder}/{name}-server", .. wrapper, Executable, "orb", "--config", file, "--tun"]);
    }

    /// <summary>Changes something of the tailnet.</summary>
    public Task Change(string what) => _lab.A.Run("curl", "-sSf", $"{Url}/lab/change/{what}");
}
