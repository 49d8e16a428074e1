using System.Net;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Configuration;
using Edge.Orb.Proxy;
using Edge.Tests.Image;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Edge.Tests.Orb.Proxy;

/// <summary>TLS towards upstreams, with an authority of the test's own.</summary>
public sealed class UpstreamTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-upstream-");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task An_upstream_of_the_given_authority_is_trusted_under_the_given_name_whatever_host_the_client_says()
    {
        await using var server = await Server("inner.example");
        await using var proxy = await ProxyServer.Start(To(server) with { Tls = new() { CaFile = Ca(), ServerName = "inner.example" } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "outer.example" } };
        using var response = await proxy.Client.SendAsync(request);
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo("outer.example HTTP/1.1 none");
    }

    [Test]
    public async Task The_systems_authorities_do_not_vouch_for_it()
    {
        await using var server = await Server("inner.example");
        await using var proxy = await ProxyServer.Start(To(server) with { Tls = new() { ServerName = "inner.example" } });
        await Refused(proxy, "its chain ends in no root of the CA bundle");
    }

    [Test]
    public async Task A_certificate_for_another_name_is_refused()
    {
        await using var server = await Server("other.example");
        await using var proxy = await ProxyServer.Start(To(server) with { Tls = new() { CaFile = Ca(), ServerName = "inner.example" } });
        await Refused(proxy, "it is not for inner.example");
    }

    [Test]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = await Server("inner.example", DateTimeOffset.UtcNow.AddDays(-1));
        await using var proxy = await ProxyServer.Start(To(server) with { Tls = new() { CaFile = Ca(), ServerName = "inner.example" } });
        await Refused(proxy, "it is valid from");
    }

    [Test]
    public async Task Insecure_takes_any_certificate()
    {
        await using var server = await Server("other.example", DateTimeOffset.UtcNow.AddDays(-1));
        await using var proxy = await ProxyServer.Start(To(server) with { Tls = new() { Insecure = true } });
        await Assert.That((await proxy.Client.GetAsync("/")).StatusCode).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task The_upstream_is_shown_the_client_certificate()
    {
        using var client = _authority.Issue("edge.example", DateTimeOffset.UtcNow.AddDays(30));
        var certFile = Write("client.pem", client.ExportCertificatePem());
        var keyFile = Write("client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = await Server("inner.example", clients: ClientCertificateMode.RequireCertificate);
        await using var proxy = await ProxyServer.Start(To(server) with
        {
            Tls = new() { CaFile = Ca(), ServerName = "inner.example", CertFile = certFile, KeyFile = keyFile },
        });
        await Assert.That(await proxy.Client.GetStringAsync("/")).EndsWith(" CN=edge.example");
    }

    [Test]
    public async Task A_port_without_tls_is_502_and_says_so()
    {
        await using var upstream = new RawUpstream(async stream => await stream.WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray()));
        await using var proxy = await ProxyServer.Start(ProxyServer.To($"https://127.0.0.1:{upstream.Port}"));
        await Refused(proxy, $"no TLS with 127.0.0.1:{upstream.Port}");
    }

    [Test]
    public async Task Files_that_cannot_be_used_are_refused_at_start()
    {
        await Refuses(new() { CaFile = Path.Combine(_folder.FullName, "missing.pem") }, "no such file");
        await Refuses(new() { CaFile = Write("empty.pem", "") }, "no PEM certificate");
        await Refuses(new() { CertFile = Ca(), KeyFile = Ca() }, "client certificate cannot be used");

        async Task Refuses(UpstreamTls tls, string text) =>
            await Assert.That(async () => await ProxyServer.Start(ProxyServer.To("https://127.0.0.1:1") with { Tls = tls }))
                .Throws<UpstreamSetupException>().WithMessageContaining(text);
    }

    private static ReverseProxy To(WebServer server) => ProxyServer.To($"https://127.0.0.1:{server.Port}");

    private static async Task Refused(ProxyServer proxy, string reason)
    {
        using var response = await proxy.Client.GetAsync("/");
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Assert.That(proxy.Log.Text).Contains(reason);
    }

    private Task<WebServer> Server(string name, DateTimeOffset? notAfter = null, ClientCertificateMode clients = ClientCertificateMode.NoCertificate) =>
        WebServer.Start(
            context => context.Response.WriteAsync(
                $"{context.Request.Host} {context.Request.Protocol} {context.Connection.ClientCertificate?.Subject ?? "none"}"),
            certificate: _authority.Issue(name, notAfter ?? DateTimeOffset.UtcNow.AddDays(30)), clients: clients);

    private string Ca() => Write("ca.pem", _authority.Pem);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
