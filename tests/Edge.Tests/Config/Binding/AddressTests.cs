using Edge.Foundation.Configuration;

namespace Edge.Tests.Config.Binding;

public sealed class AddressTests
{
    [Test]
    [Arguments(":8080", ":8080", false)]
    [Arguments("127.0.0.1:8080", "127.0.0.1:8080", true)]
    [Arguments("[::1]:8080", "[::1]:8080", true)]
    [Arguments("localhost:8080", "localhost:8080", true)]
    [Arguments("www.example.com:443", "www.example.com:443", false)]
    [Arguments("unix:/run/edge.sock", "unix:/run/edge.sock", true)]
    [Arguments("unix:@edge", "unix:@edge", true)]
    public async Task A_listen_address_is_read(string text, string shown, bool isLocal)
    {
        await Assert.That(ListenAddress.TryParse(text, out var address)).IsTrue();
        await Assert.That(address!.ToString()).IsEqualTo(shown);
        await Assert.That(address.IsLocal).IsEqualTo(isLocal);
    }

    [Test]
    [Arguments("")]
    [Arguments("8080")]
    [Arguments(":0")]
    [Arguments(":65536")]
    [Arguments(":80a")]
    [Arguments(": 80")]
    [Arguments("::1:8080")]
    [Arguments("[::1:8080")]
    [Arguments("[127.0.0.1]:80")]
    [Arguments("256.0.0.1:80")]
    [Arguments("10.1:80")]
    [Arguments("http://x:80")]
    [Arguments("unix:")]
    [Arguments("unix:@")]
    [Arguments("www.example.com")]
    public async Task What_is_no_listen_address_is_refused(string text) =>
        await Assert.That(ListenAddress.TryParse(text, out _)).IsFalse();

    [Test]
    [Arguments("backend:8080", "http://backend:8080")]
    [Arguments("10.200.0.5:8080", "http://10.200.0.5:8080")]
    [Arguments("http://backend", "http://backend:80")]
    [Arguments("https://backend/", "https://backend:443")]
    [Arguments("h2c://[fd00::1]:50051", "h2c://[fd00::1]:50051")]
    public async Task An_upstream_is_read(string text, string shown)
    {
        await Assert.That(UpstreamAddress.TryParse(text, out var address)).IsTrue();
        await Assert.That(address!.ToString()).IsEqualTo(shown);
    }

    [Test]
    [Arguments("backend")]
    [Arguments("https://backend/path")]
    [Arguments("ftp://backend:21")]
    [Arguments("http://user@backend:80")]
    public async Task What_is_no_upstream_is_refused(string text) =>
        await Assert.That(UpstreamAddress.TryParse(text, out _)).IsFalse();

    [Test]
    [Arguments("10.0.0.0/8", "10.0.0.0/8", true)]
    [Arguments("10.1.2.3/8", "10.0.0.0/8", false)]
    [Arguments("10.1.2.3", "10.1.2.3/32", true)]
    [Arguments("fd7a:115c:a1e0::/48", "fd7a:115c:a1e0::/48", true)]
    [Arguments("fd7a::1/20", "fd7a::/20", false)]
    [Arguments("0.0.0.0/0", "0.0.0.0/0", true)]
    [Arguments("::1", "::1/128", true)]
    public async Task A_range_is_read_and_its_spare_bits_are_noticed(string text, string shown, bool isExact)
    {
        await Assert.That(IpRanges.TryParse(text, out var range, out var exact)).IsTrue();
        await Assert.That(range.ToString()).IsEqualTo(shown);
        await Assert.That(exact).IsEqualTo(isExact);
    }

    [Test]
    [Arguments("10/8")]
    [Arguments("10.0.0.0/33")]
    [Arguments("10.0.0.0/-1")]
    [Arguments("10.0.0.0/ 8")]
    [Arguments("fd00::/129")]
    [Arguments("fe80::1%eth0")]
    [Arguments("example.com/8")]
    public async Task What_is_no_range_is_refused(string text) =>
        await Assert.That(IpRanges.TryParse(text, out _, out _)).IsFalse();

    [Test]
    [Arguments("www.example.com", true)]
    [Arguments("*.example.com", true)]
    [Arguments("my_host.internal", true)]
    [Arguments("localhost", false)]
    [Arguments("192.0.2.1", false)]
    [Arguments("example.com.", false)]
    [Arguments("a..b", false)]
    [Arguments("-a.b", false)]
    [Arguments("a.*.b", false)]
    public async Task A_domain_is_known(string text, bool isDomain) =>
        await Assert.That(HostNames.IsDomain(text)).IsEqualTo(isDomain);

    [Test]
    public async Task A_secret_does_not_show_itself()
    {
        var secret = new Secret("hunter2");
        await Assert.That($"{secret}").IsEqualTo("***");
        await Assert.That(new JwtAuth { Secret = secret }.ToString()).DoesNotContain("hunter2");
        await Assert.That(secret.Reveal()).IsEqualTo("hunter2");
        await Assert.That(secret.Equals(new Secret("hunter2"))).IsTrue();
        await Assert.That(secret.Equals(new Secret("hunter3"))).IsFalse();
    }
}
