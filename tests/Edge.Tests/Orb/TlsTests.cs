using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Orb;
using Edge.Tests.Cli;
using Edge.Tests.Image;

namespace Edge.Tests.Orb;

/// <summary>Certificates, versions, names and clients' certificates, over real handshakes.</summary>
public sealed class TlsTests
{
    private static readonly DateTimeOffset s_nextYear = DateTimeOffset.UtcNow.AddDays(300);

    [Test]
    public async Task Each_name_gets_its_certificate_and_both_versions_of_http()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        Write(folder, "a", authority.Issue("a.test", s_nextYear));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        await using var orb = await OrbRun.Start(TwoSites, folder: folder);
        foreach (var name in new[] { "a.test", "b.test" })
        {
            await using var tls = await Handshake(orb, name);
            await Assert.That(tls.RemoteCertificate!.Subject).IsEqualTo($"CN={name}");
            foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
            {
                using var client = orb.Client(version: version);
                client.DefaultRequestHeaders.Host = name;
                using var response = await client.GetAsync("/");
                await Assert.That((response.Version, await response.Content.ReadAsStringAsync())).IsEqualTo((version, name));
            }
        }
    }

    [Test]
    public async Task A_name_that_no_block_answers_gets_no_handshake_and_no_name_gets_the_first_block()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        Write(folder, "a", authority.Issue("a.test", s_nextYear));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        await using var orb = await OrbRun.Start(TwoSites, folder: folder);
        await Assert.That(async () => await Handshake(orb, "c.test")).Throws<Exception>();
        await using var tls = await Handshake(orb, "");
        await Assert.That(tls.RemoteCertificate!.Subject).IsEqualTo("CN=a.test");
    }

    [Test]
    [Arguments("a.test", "a.test", 200)]
    [Arguments("a.test", "b.test", 421)]
    [Arguments("a.test", "c.test", 421)]
    [Arguments("", "c.test", 404)]
    [Arguments("", "b.test", 200)]
    public async Task A_host_outside_the_block_of_the_handshake_is_misdirected(string serverName, string host, int status)
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        Write(folder, "a", authority.Issue("a.test", s_nextYear));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        await using var orb = await OrbRun.Start(TwoSites, folder: folder);
        await using var tls = await Handshake(orb, serverName);
        await Assert.That(await Get(tls, host)).StartsWith($"HTTP/1.1 {status} ");
    }

    [Test]
    public async Task A_certificate_that_changes_on_disk_is_served_and_one_that_breaks_is_not()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        var clock = new StepClock();
        using var first = authority.Issue("a.test", s_nextYear);
        using var second = authority.Issue("a.test", s_nextYear.AddDays(1));
        folder.Write("a.pem", Encoding.ASCII.GetBytes(first.ExportCertificatePem()));
        folder.Write("a.key", Encoding.ASCII.GetBytes(first.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        await using var orb = await OrbRun.Start(TwoSites, folder: folder, time: clock);
        await Assert.That(await Served()).IsEqualTo(first.Thumbprint);

        // The certificate comes before its key, as a renewal writes them: for a moment they do not match.
        folder.Write("a.pem", Encoding.ASCII.GetBytes(second.ExportCertificatePem()));
        clock.Step();
        await Assert.That(await Served()).IsEqualTo(first.Thumbprint);
        await Assert.That(orb.Log.Text).Contains("the certificate that was read before is still used: the key in");
        await Assert.That(orb.Server.Services.Readiness.Notes.Values.Single()).Contains("the one before is still used");

        folder.Write("a.key", Encoding.ASCII.GetBytes(second.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        clock.Step();
        await Assert.That(await Served()).IsEqualTo(second.Thumbprint);
        await Assert.That(orb.Log.Text).Contains("was read again");
        await Assert.That(orb.Server.Services.Readiness.Notes).IsEmpty();

        folder.Write("a.pem", "nonsense"u8);
        clock.Step();
        await Assert.That(await Served()).IsEqualTo(second.Thumbprint);

        async Task<string> Served()
        {
            await using var tls = await Handshake(orb, "a.test");
            return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
        }
    }

    [Test]
    [Arguments("a.pem")]
    [Arguments("a.key")]
    public async Task A_certificate_or_key_that_is_missing_is_said_at_the_start(string file)
    {
        using var folder = TwoCertificates();
        File.Delete(Path.Combine(folder.Path, file));
        await AssertRefused(folder, $"{file}` is not there", file == "a.pem" ? "Set `certFile`" : "Set `keyFile`");
    }

    [Test]
    [Arguments("a.pem")]
    [Arguments("a.key")]
    public async Task A_certificate_or_key_that_may_not_be_read_is_said_at_the_start(string file)
    {
        using var folder = TwoCertificates();
        // A folder refuses to be read in the same way, and root as well.
        File.Delete(Path.Combine(folder.Path, file));
        Directory.CreateDirectory(Path.Combine(folder.Path, file));
        await AssertRefused(folder, $"{file}` may not be read by this user", "Change its owner or mode");
    }

    [Test]
    public async Task A_key_of_another_certificate_is_said_at_the_start()
    {
        using var folder = TwoCertificates();
        File.Copy(Path.Combine(folder.Path, "b.key"), Path.Combine(folder.Path, "a.key"), overwrite: true);
        await AssertRefused(folder, "a.key` does not match the certificate in", "Give the key that the certificate was made for");
    }

    [Test]
    [Arguments("", "there is no PRIVATE KEY block in it")]
    [Arguments("nonsense", "there is no PRIVATE KEY block in it")]
    [Arguments("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it is damaged")]
    [Arguments("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "it is encrypted with a password")]
    public async Task A_key_that_is_no_key_is_said_at_the_start(string text, string why)
    {
        using var folder = TwoCertificates();
        folder.Write("a.key", Encoding.ASCII.GetBytes(text));
        await AssertRefused(folder, $"a.key` cannot be used: {why}", "BEGIN PRIVATE KEY");
    }

    [Test]
    [Arguments("")]
    [Arguments("nonsense")]
    [Arguments("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task A_certificate_that_is_none_is_said_at_the_start(string text)
    {
        using var folder = TwoCertificates();
        folder.Write("a.pem", Encoding.ASCII.GetBytes(text));
        await AssertRefused(folder, "a.pem` cannot be used: ", "Give a PEM file");
    }

    private static TemporaryFolder TwoCertificates()
    {
        var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        Write(folder, "a", authority.Issue("a.test", s_nextYear));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        return folder;
    }

    private static async Task AssertRefused(TemporaryFolder folder, string what, string help)
    {
        var failure = await Assert.That(async () => { await OrbRun.Start(TwoSites, folder: folder); }).Throws<OrbException>();
        await Assert.That(failure!.Message).Contains(what);
        await Assert.That(failure.Help).Contains(help);
    }

    [Test]
    public async Task A_certificate_is_read_again_when_the_server_is_told_to_reload()
    {
        using var authority = new TestAuthority();
        using var folder = TwoCertificates();
        var clock = new StepClock();
        await using var orb = await OrbRun.Start(TwoSites, folder: folder, time: clock);
        using var renewed = authority.Issue("a.test", s_nextYear);
        folder.Write("a.key", Encoding.ASCII.GetBytes(renewed.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        folder.Write("a.pem", Encoding.ASCII.GetBytes(renewed.ExportCertificatePem()));
        // The clock stands: no handshake looks by itself.
        await using (var before = await Handshake(orb, "a.test"))
            await Assert.That(((X509Certificate2)before.RemoteCertificate!).Thumbprint).IsNotEqualTo(renewed.Thumbprint);
        orb.Server.Reload();
        await using var after = await Handshake(orb, "a.test");
        await Assert.That(((X509Certificate2)after.RemoteCertificate!).Thumbprint).IsEqualTo(renewed.Thumbprint);
    }

    [Test]
    public async Task A_certificate_that_has_expired_is_served_and_said()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        Write(folder, "a", authority.Issue("a.test", DateTimeOffset.UtcNow.AddDays(-1)));
        Write(folder, "b", authority.Issue("b.test", s_nextYear));
        await using var orb = await OrbRun.Start(TwoSites, folder: folder);
        await using var tls = await Handshake(orb, "a.test");
        await Assert.That(orb.Log.Text).Contains("expired at").And.Contains("renew it");
        await Assert.That(orb.Server.Services.Readiness.Notes.Values.Single()).StartsWith("expired at");
        await Assert.That(orb.Server.Services.Readiness.IsReady).IsTrue();
    }

    [Test]
    public async Task Until_there_is_a_certificate_a_name_is_served_with_a_self_signed_one_and_that_is_said_once()
    {
        await using var orb = await OrbRun.Start("""servers { ["a.test"] { handler = 200 } ; ["*.b.test"] { handler = 200 } }""");
        for (var i = 0; i < 3; i++)
        {
            await using var tls = await Handshake(orb, "a.test");
            var certificate = (X509Certificate2)tls.RemoteCertificate!;
            await Assert.That((certificate.Subject, certificate.Issuer)).IsEqualTo(("CN=a.test", "CN=a.test"));
            await Assert.That(certificate.MatchesHostname("a.test")).IsTrue();
            await using var wild = await Handshake(orb, $"x{i}.b.test");
            await Assert.That(((X509Certificate2)wild.RemoteCertificate!).MatchesHostname($"x{i}.b.test")).IsTrue();
        }
        await Assert.That(orb.Log.Lines.Count(line => line.Contains("a.test is served with a self-signed certificate", StringComparison.Ordinal))).IsEqualTo(1);
        await Assert.That(orb.Server.Services.Readiness.Notes.Keys).IsEquivalentTo(["certificate a.test", "certificate *.b.test"]);
    }

    [Test]
    [Arguments("1.2", SslProtocols.Tls12, true)]
    [Arguments("1.2", SslProtocols.Tls13, true)]
    [Arguments("1.3", SslProtocols.Tls12, false)]
    [Arguments("1.3", SslProtocols.Tls13, true)]
    public async Task The_oldest_version_is_the_configured_one(string minVersion, SslProtocols version, bool succeeds)
    {
        await using var orb = await OrbRun.Start($$"""servers { ["a.test"] { tls { minVersion = "{{minVersion}}" } handler = 200 } }""");
        bool connected;
        try
        {
            await using var tls = await Handshake(orb, "a.test", version: version);
            connected = true;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            connected = false;
        }
        await Assert.That(connected).IsEqualTo(succeeds);
    }

    /// <summary>The certificates name addresses to fetch issuers, revocation lists and OCSP responses from; nobody may call there.</summary>
    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Clients_are_asked_who_they_are_and_nothing_is_fetched_meanwhile(bool isRequired)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/";
        using var authority = new FetchableAuthority(url);
        using var stranger = new FetchableAuthority(url);
        using var folder = new TemporaryFolder();
        Write(folder, "a", authority.Issue("a.test"));
        folder.Write("ca.pem", Encoding.ASCII.GetBytes(authority.Pem));
        await using var orb = await OrbRun.Start(
            $$"""servers { ["a.test"] { tls { certFile = "a.pem"; keyFile = "a.key"; clientAuth { caFile = "ca.pem"; required = {{(isRequired ? "true" : "false")}} } } handler = 200 } }""",
            folder: folder);
        await Assert.That(await Status(authority.Issue("joe"))).IsEqualTo("200");
        await Assert.That(await Status(stranger.Issue("joe"))).IsEqualTo("refused");
        await Assert.That(await Status(null)).IsEqualTo(isRequired ? "refused" : "200");
        await Assert.That(listener.Pending()).IsFalse();

        async Task<string> Status(X509Certificate2? certificate)
        {
            try
            {
                await using var tls = await Handshake(orb, "a.test", certificate);
                var answer = await Get(tls, "a.test");
                // TLS 1.3: the client is refused after its own side of the handshake is done.
                return answer.Length == 0 ? "refused" : answer.Split(' ')[1];
            }
            catch (Exception failure) when (failure is AuthenticationException or IOException)
            {
                return "refused";
            }
        }
    }

    [Test]
    public async Task A_client_that_named_nobody_does_not_reach_a_block_that_asks_who_it_is()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        folder.Write("ca.pem", Encoding.ASCII.GetBytes(authority.Pem));
        await using var orb = await OrbRun.Start("""
            servers {
              ["a.test"] { handler = 200 }
              ["b.test"] { tls { clientAuth { caFile = "ca.pem" } } handler = 200 }
            }
            """, folder: folder);
        await using var tls = await Handshake(orb, "");
        await Assert.That(await Get(tls, "b.test")).StartsWith("HTTP/1.1 421 ");
    }

    [Test]
    public async Task Http3_is_refused_with_the_reason()
    {
        var failure = await Assert.That(async () => { await OrbRun.Start("""servers { ["a.test"] { http3 = true; handler = 200 } }"""); }).Throws<OrbException>();
        await Assert.That((failure!.IsConfiguration, failure.Message)).IsEqualTo((true, "`a.test` asks for HTTP/3, which needs a QUIC library that this platform does not have"));
    }

    [Test]
    public async Task Http2_without_tls_works_with_prior_knowledge_beside_http1()
    {
        await using var orb = await OrbRun.Start("""servers { [":8080"] { handler = new Respond { body = "plain" } } }""");
        foreach (var version in new[] { HttpVersion.Version20, HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            using var response = await client.GetAsync("/");
            await Assert.That((response.Version, await response.Content.ReadAsStringAsync())).IsEqualTo((version, "plain"));
        }
    }

    private const string TwoSites = """
        servers {
          ["a.test"] { tls { certFile = "a.pem"; keyFile = "a.key" } handler = new Respond { body = "a.test" } }
          ["b.test"] { tls { certFile = "b.pem"; keyFile = "b.key" } handler = new Respond { body = "b.test" } }
        }
        """;

    private static void Write(TemporaryFolder folder, string name, X509Certificate2 certificate)
    {
        using (certificate)
        {
            folder.Write($"{name}.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
            folder.Write($"{name}.key", Encoding.ASCII.GetBytes(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        }
    }

    private static async Task<SslStream> Handshake(OrbRun orb, string serverName, X509Certificate2? certificate = null, SslProtocols version = SslProtocols.None)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(orb.Address, limit.Token);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = version,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            // This side must not fetch either: the tests watch who calls.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        }, limit.Token);
        return tls;
    }

    private static async Task<string> Get(SslStream tls, string host)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), limit.Token);
        return await OrbRun.ReadAll(tls, limit.Token);
    }

    /// <summary>A clock that stands still between steps of a minute.</summary>
    private sealed class StepClock : TimeProvider
    {
        private long _steps;

        public void Step() => Interlocked.Increment(ref _steps);

        public override long GetTimestamp() => TimeSpan.FromMinutes(1).Ticks * Interlocked.Read(ref _steps);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    /// <summary>An authority whose certificates say where more about them can be fetched.</summary>
    private sealed class FetchableAuthority : IDisposable
    {
        private readonly X509Certificate2 _root;
        private readonly string _url;

        public FetchableAuthority(string url)
        {
            _url = url;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=Fetchable Authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
            _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        }

        public string Pem => _root.ExportCertificatePem();

        public X509Certificate2 Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([_url + "ocsp"], [_url + "issuer.cer"]));
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([_url + "list.crl"]));
            using var signed = request.Create(_root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90), RandomNumberGenerator.GetBytes(8));
            using var withKey = signed.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
        }

        public void Dispose() => _root.Dispose();
    }
}
