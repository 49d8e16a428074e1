using System.Text;
using Edge.Cli;
using Edge.Config;
using Edge.Foundation.Configuration;
using Edge.Tests.Cli;

namespace Edge.Tests.Networks;

/// <summary>A network's WireGuard file and the configuration's own fields before it; mistakes in both at their lines.</summary>
public sealed class NetworkConfigurationTests
{
    private static readonly (string Private, string Public) s_own = NetworkClient.Keys();
    private static readonly (string Private, string Public) s_peer = NetworkClient.Keys();

    private static string File => $"""
        [Interface]
        PrivateKey = {s_own.Private}
        Address = 10.200.0.2/24
        ListenPort = 51820
        MTU = 1380

        [Peer]
        PublicKey = {s_peer.Public}
        AllowedIPs = 10.200.0.0/16
        Endpoint = vpn.example.com:51820
        PersistentKeepalive = 25
        """;

    [Test]
    public async Task Fields_beside_the_file_win_over_it()
    {
        var network = Load(File, """wireguard { configFile = "wg.conf"; mtu = 1400; addresses { "10.9.0.1/32" } }""").Networks[0].Value;
        var settings = network.Wireguard!;
        await Assert.That(settings.PrivateKey!.Reveal()).IsEqualTo(s_own.Private);
        await Assert.That(settings.Mtu).IsEqualTo(1400);
        await Assert.That(settings.ListenPort).IsEqualTo(51820);
        await Assert.That(string.Join(' ', settings.Addresses)).IsEqualTo("10.9.0.1/32");
        await Assert.That(settings.Peers[0].Endpoint!.ToString()).IsEqualTo("vpn.example.com:51820");
        await Assert.That(settings.Peers[0].PersistentKeepalive).IsEqualTo(TimeSpan.FromSeconds(25));
        await Assert.That(string.Join(' ', network.Tunnel.TailnetRanges)).IsEqualTo("10.200.0.0/16");
    }

    [Test]
    public async Task The_key_may_come_from_beside_the_file()
    {
        var file = File.Replace($"PrivateKey = {s_own.Private}\n", "", StringComparison.Ordinal);
        await Assert.That(Load(file, $$"""wireguard { configFile = "wg.conf"; privateKey = "{{s_peer.Private}}" }""").Networks[0].Value.Wireguard!.PrivateKey!.Reveal()).IsEqualTo(s_peer.Private);
        await Assert.That(Errors(file, """wireguard { configFile = "wg.conf" }""")).Contains("server.pkl:2:").And.Contains("no private key");
    }

    [Test]
    public async Task A_mistake_in_the_file_is_shown_at_the_files_line()
    {
        var errors = Errors(File.Replace("MTU = 1380", "MTU = 12", StringComparison.Ordinal), """wireguard { configFile = "wg.conf" }""");
        await Assert.That(errors).Contains("wg.conf:5:1: error: `MTU` wants a number");
        await Assert.That(errors).DoesNotContain(s_own.Private);
    }

    [Test]
    public async Task A_file_that_is_not_there_is_an_error_where_it_is_named()
    {
        await Assert.That(Errors(File, """wireguard { configFile = "other.conf" }""")).Contains("server.pkl:2:").And.Contains("there is no such file");
    }

    [Test]
    public async Task A_side_without_an_address_is_an_error()
    {
        await Assert.That(Errors(File.Replace("Address = 10.200.0.2/24\n", "", StringComparison.Ordinal), """wireguard { configFile = "wg.conf" }""")).Contains("no address in the network");
        await Assert.That(Errors(File, $$"""wireguard { privateKey = "{{s_own.Private}}" }""")).Contains("no address in the network");
    }

    [Test]
    public async Task An_address_that_two_files_claim_needs_a_network_at_the_handler()
    {
        const string Two = """["b"] { wireguard { configFile = "wg.conf" } }""";
        const string Servers = """servers { [":80"] { handler = new ReverseProxy { upstreams { "10.200.7.7:80" } } } }""";
        await Assert.That(Errors(File, """wireguard { configFile = "wg.conf" }""", Two, Servers)).Contains("`a` and `b` both claim 10.200.7.7");
        Load(File, """wireguard { configFile = "wg.conf" }""", Two, Servers.Replace("upstreams", "network = \"b\"; upstreams", StringComparison.Ordinal));
    }

    private static EdgeServer Load(string file, string network, string more = "", string servers = "")
    {
        var result = Result(file, network, more, servers);
        return result.Configuration ?? throw new InvalidOperationException(string.Concat(result.Errors.Select(error => error.Render())));
    }

    private static string Errors(string file, string network, string more = "", string servers = "") => string.Concat(Result(file, network, more, servers).Errors.Select(error => error.Render()));

    private static ConfigurationResult Result(string file, string network, string more, string servers)
    {
        using var folder = new TemporaryFolder();
        folder.Write("wg.conf", Encoding.UTF8.GetBytes(file));
        var path = folder.Write("server.pkl", Encoding.UTF8.GetBytes($"amends \"edge:serve/EdgeServer.pkl\"\nnetworks {{ [\"a\"] {{ {network} }} {more} }}\n{servers}\n"));
        return ConfigurationLoader.Load(path, new LoadOptions { WireGuardFiles = WireGuardFiles.Read });
    }
}
