using Edge.Io.Control;

namespace Edge.Tests.Io.Control;

/// <summary>The ways to a control server that the stock client tries, by its URL.</summary>
public sealed class ControlAddressTests
{
    [Test]
    [Arguments("https://controlplane.tailscale.com", "http:80", "https:443")]
    [Arguments("http://control.example", "http:80", "https:443")]
    [Arguments("https://control.example:8443", "https:8443", "")]
    [Arguments("https://control.example:443", "https:443", "")]
    [Arguments("http://control.example:8080", "http:8080", "https:443")]
    [Arguments("http://10.0.0.1:8080", "http:8080", "")]
    [Arguments("http://127.0.0.1:8080", "http:8080", "")]
    [Arguments("http://localhost:8080", "http:8080", "")]
    [Arguments("http://[fd00::1]:8080", "http:8080", "")]
    [Arguments("http://203.0.113.1:8080", "http:8080", "https:443")]
    [Arguments("http://localhost", "http:80", "")]
    [Arguments("http://192.168.1.1", "http:80", "")]
    public async Task The_URL_decides_the_ways(string url, string first, string second)
    {
        var address = new ControlAddress(new Uri(url));
        await Assert.That(Text(address.First)).IsEqualTo(first);
        await Assert.That(Text(address.Second)).IsEqualTo(second);
        // Soon after the last time it is the other way round, where there is another way.
        var again = address with { PrefersTls = true };
        await Assert.That((Text(again.First), Text(again.Second))).IsEqualTo(second.Length == 0 ? (first, "") : (second, first));

        static string Text(ControlRoute? route) => route is null ? "" : $"{(route.IsTls ? "https" : "http")}:{route.Port}";
    }
}
