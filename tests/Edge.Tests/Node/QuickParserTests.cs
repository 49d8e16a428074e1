using Edge.Foundation.Addresses;
using Edge.Node.WgQuick;

namespace Edge.Tests.Node;

public sealed class QuickParserTests
{
    private const string PrivateKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string PublicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private const string OtherKey = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    [Test]
    public async Task A_file_of_all_keys_is_read()
    {
        using var file = QuickParser.Parse($"""
            # an office
            [Interface]
            PrivateKey = {PrivateKey}
            Address = 10.0.0.2/24, fd00::2/64
            address = 10.1.0.2     # a host of its own
            ListenPort = 51820
            MTU = 1380
            DNS = 10.0.0.1, fd00::1, office.example
            Table = 1234
            FwMark = 0xca6c

            [Peer]
            PublicKey={PublicKey}
            PresharedKey = {OtherKey}
            AllowedIPs = 10.0.0.0/24, 10.9.9.9
            AllowedIPs = ::/0
            Endpoint = [2001:db8::1]:51820
            PersistentKeepalive = 25

            [peer]
            PublicKey = {OtherKey}
            Endpoint = vpn.example.com:443
            PersistentKeepalive = off
            """, out var errors);
        await Assert.That(string.Join('\n', errors)).IsEqualTo("");
        await Assert.That(Convert.ToBase64String(file.PrivateKey)).IsEqualTo(PrivateKey);
        await Assert.That(string.Join(' ', file.Addresses)).IsEqualTo("(10.0.0.2, 24) (fd00::2, 64) (10.1.0.2, 32)");
        await Assert.That((file.ListenPort, file.Mtu, file.FwMark, file.Table)).IsEqualTo(((ushort)51820, 1380, 0xca6cu, new QuickTable(1234, true)));
        await Assert.That(string.Join(' ', file.DnsServers)).IsEqualTo("10.0.0.1 fd00::1");
        await Assert.That(string.Join(' ', file.DnsSearch)).IsEqualTo("office.example");
        var (first, second) = (file.Peers[0], file.Peers[1]);
        await Assert.That(string.Join(' ', first.AllowedIps)).IsEqualTo("10.0.0.0/24 10.9.9.9/32 ::/0");
        await Assert.That(Convert.ToBase64String(first.PresharedKey)).IsEqualTo(OtherKey);
        await Assert.That((first.Endpoint, first.PersistentKeepalive)).IsEqualTo((new QuickEndpoint("2001:db8::1", 51820), TimeSpan.FromSeconds(25)));
        await Assert.That((second.Endpoint, second.PersistentKeepalive)).IsEqualTo((new QuickEndpoint("vpn.example.com", 443), TimeSpan.Zero));
        await Assert.That(file.Addresses[0].Address).IsEqualTo(IpAddress.V4(0x0a000002));
    }

    [Test]
    [Arguments("[Interface]\nPrivateKey = {K}\nMTU = 99999", 3, "`MTU` wants a number")]
    [Arguments("[Interface]\nPrivateKey = {K}\nPostUp = iptables -A FORWARD", 3, "`PostUp` is not run")]
    [Arguments("[Interface]\nPrivateKey = {K}\nPreDown = true", 3, "`PreDown` is not run")]
    [Arguments("[Interface]\nPrivateKey = {K}\nSaveConfig = true", 3, "`SaveConfig` is not supported")]
    [Arguments("[Interface]\nPrivateKey = {K}\nAddress = 10.0.0.1/33", 3, "`10.0.0.1/33` is no address")]
    [Arguments("[Interface]\nPrivateKey = {K}\nAdress = 10.0.0.1/24", 3, "[Interface] has no key `Adress`")]
    [Arguments("[Interface]\nPrivateKey = {K}\nPrivateKey = {K}", 3, "`PrivateKey` is here twice")]
    [Arguments("[Interface]\nPrivateKey = {K}\n\n[Peers]\nx = y", 4, "there is no section `[Peers]`")]
    [Arguments("[Interface]\nPrivateKey = {K}\n[Peer]\nAllowedIPs = 10.0.0.0/8", 3, "this peer has no `PublicKey`")]
    [Arguments("[Interface]\nPrivateKey = {K}\n[Peer]\nPublicKey = {P}\n[Peer]\nPublicKey = {P}", 5, "the peer of line 3 has the same `PublicKey`")]
    [Arguments("[Interface]\nPrivateKey = {K}\n[Peer]\nPublicKey = {P}\nEndpoint = example.com", 5, "`example.com` is no endpoint")]
    [Arguments("[Interface]\nAddress = 10.0.0.1/24", 1, "[Interface] has no `PrivateKey`")]
    [Arguments("ListenPort = 1", 1, "`ListenPort` stands before any section")]
    [Arguments("[Interface]\nPrivateKey = {K}\nTable =", 3, "`Table` has no value")]
    [Arguments("[Interface]\nPrivateKey = {K}\n{P}", 3, "this is neither a section")]
    public async Task What_is_wrong_is_said_with_its_line(string text, int line, string message)
    {
        using var file = QuickParser.Parse(text.Replace("{K}", PrivateKey, StringComparison.Ordinal).Replace("{P}", PublicKey, StringComparison.Ordinal), out var errors);
        await Assert.That(errors.Count).IsGreaterThan(0);
        await Assert.That(errors.Any(error => error.Line == line && error.Message.StartsWith(message, StringComparison.Ordinal))).IsTrue().Because(string.Join('\n', errors));
    }

    [Test]
    public async Task A_key_that_is_wrong_is_not_repeated()
    {
        using var file = QuickParser.Parse("[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq\n[Peer]\nPublicKey = short\nPresharedKey = alsoshort", out var errors);
        await Assert.That(errors.Count).IsEqualTo(3);
        await Assert.That(errors.Any(error => error.ToString().Contains("yAnz", StringComparison.Ordinal) || error.ToString().Contains("short", StringComparison.Ordinal))).IsFalse();
    }
}
