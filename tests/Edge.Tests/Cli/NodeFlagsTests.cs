using System.CommandLine;
using Edge.Cli;
using Edge.Foundation.Configuration;
using Edge.Tests.Orb;

namespace Edge.Tests.Cli;

/// <summary>The flags that make a node, and the environment of Tailscale's image.</summary>
public sealed class NodeFlagsTests
{
    [Test]
    public async Task Without_networks_one_is_made_of_flags_and_environment()
    {
        var (applied, _) = Apply("--control-url http://127.0.0.1:8080 --ephemeral --advertise-tags tag:web,tag:ci --state mem:", "", true, ("TS_AUTHKEY", "key-1"), ("TS_HOSTNAME", "box"));
        var (name, network) = applied!.Networks.Single();
        var tailscale = network.Tailscale!;
        await Assert.That(name).IsEqualTo("default");
        await Assert.That((tailscale.Direct, tailscale.AuthKey!.Reveal(), tailscale.Hostname, tailscale.Ephemeral, tailscale.StateDir)).IsEqualTo((true, "key-1", "box", true, "mem:"));
        await Assert.That(tailscale.ControlUrl).IsEqualTo(new Uri("http://127.0.0.1:8080"));
        await Assert.That(tailscale.Tags).IsEquivalentTo(["tag:web", "tag:ci"]);
        // As the configuration's own would be.
        await Assert.That(tailscale.AuthKey.ToString()).IsEqualTo("***");
    }

    [Test]
    public async Task A_flag_wins_over_the_file_and_the_file_over_the_environment()
    {
        const string File = """networks { ["t"] { tailscale { authKey = "of-file"; hostname = "of-file"; controlUrl = "https://hs.example.com" } } }""";
        var (applied, _) = Apply("--hostname of-flag", File, true, ("TS_AUTHKEY", "of-environment"), ("TS_HOSTNAME", "of-environment"), ("TS_CONTROL_URL", "https://other.example.com"));
        var tailscale = applied!.Networks.Single().Value.Tailscale!;
        await Assert.That((tailscale.Direct, tailscale.AuthKey!.Reveal(), tailscale.Hostname, tailscale.ControlUrl.Host)).IsEqualTo((true, "of-file", "of-flag", "hs.example.com"));
    }

    [Test]
    public async Task The_key_can_be_a_files_content()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("key", "tskey-auth-x\n"u8);
        var (applied, _) = Apply("", "", true, ("TAILSCALE_AUTH_KEY", $"file:{file}"));
        await Assert.That(applied!.Networks.Single().Value.Tailscale!.AuthKey!.Reveal()).IsEqualTo("tskey-auth-x");
        var (_, said) = Apply("", "", true, ("TS_AUTH_KEY", $"file:{file}.not"));
        await Assert.That(said).Contains("the key of `TS_AUTH_KEY` cannot be read");
    }

    [Test]
    public async Task The_environment_does_not_speak_of_several_networks()
    {
        const string File = """networks { ["a"] { tailscale { direct = true } }; ["b"] { tailscale { direct = true } } }""";
        var (applied, _) = Apply("", File, false, ("TS_AUTHKEY", "key-1"));
        await Assert.That(applied!.Networks.All(static network => network.Value.Tailscale!.AuthKey is null)).IsTrue();
        await Assert.That(Apply("--hostname x", File, false).Said).Contains("the configuration has 2");
        await Assert.That(Apply("--hostname x", "", false).Said).Contains("`--hostname` goes with `--tailscale-direct`");
    }

    [Test]
    [Arguments("--control-url nowhere", "`--control-url` is no control server: `nowhere`")]
    [Arguments("--hostname a.b", "`--hostname` is no node's name: `a.b`")]
    [Arguments("--advertise-tags web", "`--advertise-tags` does not know what `web` is")]
    public async Task A_wrong_value_is_said(string flags, string said) => await Assert.That(Apply(flags, "", true).Said).Contains(said);

    private static (EdgeServer? Applied, string Said) Apply(string flags, string file, bool isDirect, params (string Name, string Value)[] environment)
    {
        var node = new NodeFlags();
        var command = new RootCommand();
        foreach (var option in node.Options)
            command.Options.Add(option);
        var configuration = OrbRun.Load(file + "\nservers { [\":8080\"] { handler = 200 } }");
        var error = new StringWriter();
        var isApplied = node.TryApply(command.Parse(flags), isDirect, ref configuration, name => environment.FirstOrDefault(pair => pair.Name == name).Value, new Terminal(TextWriter.Null, error));
        return (isApplied ? configuration : null, error.ToString());
    }
}
