using System.Text;
using System.Text.Json;
using Edge.Orb;
using Edge.Tests.Cli;
using Edge.Tests.Image;
using Edge.Tests.Orb.Proxy;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Middlewares;

public sealed class JwtAuthTests
{
    /// <summary>When the tests' tokens are looked at.</summary>
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    /// <summary>Making a key takes longer than anything else here.</summary>
    private static readonly TokenSigner s_signer = new();

    /// <summary>RFC 7515's examples at the time when they were valid: see tests/vectors/jwt.</summary>
    [Test]
    [Arguments(1, "RS256", 1300819379L, 200)]
    [Arguments(1, "RS256", 1300819380L, 401)]
    [Arguments(1, "ES256", 1300819379L, 401)]
    [Arguments(2, "ES256", 1300819379L, 200)]
    [Arguments(2, "ES256", 1300819380L, 401)]
    public async Task The_standards_examples_are_valid_until_they_expire(int index, string algorithm, long time, int status)
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "vectors", "jwt", "rfc.json")));
        var vector = document.RootElement[index];
        await using var issuer = await Issuer.Start($$"""{"keys":[{{vector.GetProperty("key")}}]}""");
        await using var orb = await Start($$"""jwksUrl = "{{issuer.Url}}"; issuer = "joe"; clockSkew = 0.s; algorithms { "{{algorithm}}" } claims { ["http://example.com/is_root"] = "true" }""", new StepClock(DateTimeOffset.FromUnixTimeSeconds(time)));
        await Assert.That(await Get(orb, $"Authorization: Bearer {vector.GetProperty("token").GetString()}")).StartsWith($"HTTP/1.1 {status} ");
    }

    /// <summary>One token of each algorithm, as the openssl command has signed it: see tests/vectors/jwt.</summary>
    [Test]
    public async Task Tokens_that_openssl_signed_are_genuine_with_its_key_and_with_no_other()
    {
        using var folder = new TemporaryFolder();
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "vectors", "jwt", "openssl.json")));
        var tokens = document.RootElement.EnumerateArray().Select(vector => vector.GetProperty("token").GetString()!).ToList();
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var isSecret = vector.TryGetProperty("secret", out var secret);
            if (!isSecret)
                folder.Write("key.pem", Encoding.UTF8.GetBytes(vector.GetProperty("pem").GetString()!));
            var algorithm = vector.GetProperty("alg").GetString();
            await using var orb = await Start(
                $$"""{{(isSecret ? $"secret = \"{secret.GetString()}\"" : "publicKeyFile = \"key.pem\"")}}; algorithms { "{{algorithm}}" } issuer = "https://id.example.com"; audience { "other"; "web" } claims { ["scope"] = "*orders:read*" }""",
                new StepClock(s_now), folder);
            foreach (var token in tokens)
            {
                var isOwn = token == vector.GetProperty("token").GetString();
                await Assert.That(await Get(orb, $"Authorization: bearer {token}")).StartsWith(isOwn ? "HTTP/1.1 200 " : "HTTP/1.1 401 ").Because($"{algorithm}: {token}");
                // A changed character of the claims, and one of the signature.
                if (isOwn)
                    foreach (var at in new[] { token.IndexOf('.') + 5, token.LastIndexOf('.') + 5 })
                        await Assert.That(await Get(orb, $"Authorization: Bearer {token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}")).StartsWith("HTTP/1.1 401 ");
            }
        }
    }

    [Test]
    [Arguments("""{"exp":1800000100}""", 200)]
    [Arguments("""{"exp":1800000000.5}""", 200)]
    [Arguments("""{"exp":1799999970}""", 200)]
    [Arguments("""{"exp":1799999930}""", 401)]
    [Arguments("""{"exp":"1800000100"}""", 401)]
    [Arguments("""{"exp":null}""", 401)]
    [Arguments("""{"nbf":1800000050}""", 200)]
    [Arguments("""{"nbf":1800000100}""", 401)]
    [Arguments("""{}""", 200)]
    [Arguments("""[]""", 401)]
    [Arguments("""{"exp":1800000100,"exp":1900000000}""", 401)]
    [Arguments("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", 401)]
    public async Task Times_have_a_leeway_and_are_numbers(string claims, int status)
    {
        using var folder = new TemporaryFolder();
        folder.Write("key.pem", Encoding.UTF8.GetBytes(s_signer.Pem));
        await using var orb = await Start("""publicKeyFile = "key.pem" """, new StepClock(s_now), folder);
        var response = await Get(orb, $"Authorization: Bearer {s_signer.Sign(claims)}");
        await Assert.That(response).StartsWith($"HTTP/1.1 {status} ");
        if (status == 401)
            await Assert.That(response).Contains("WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"");
    }

    [Test]
    [Arguments("""{"iss":"a","aud":"x","role":"admin"}""", 200)]
    [Arguments("""{"iss":"a","aud":["y","x"],"role":["user","admin"]}""", 200)]
    [Arguments("""{"iss":"A","aud":"x","role":"admin"}""", 401)]
    [Arguments("""{"aud":"x","role":"admin"}""", 401)]
    [Arguments("""{"iss":["a"],"aud":"x","role":"admin"}""", 401)]
    [Arguments("""{"iss":"a","role":"admin"}""", 401)]
    [Arguments("""{"iss":"a","aud":"xx","role":"admin"}""", 401)]
    [Arguments("""{"iss":"a","aud":[["x"]],"role":"admin"}""", 401)]
    [Arguments("""{"iss":"a","aud":"x"}""", 403)]
    [Arguments("""{"iss":"a","aud":"x","role":"user"}""", 403)]
    [Arguments("""{"iss":"a","aud":"x","role":{"admin":1}}""", 403)]
    [Arguments("""{"iss":"a","aud":"x","role":"\ud800"}""", 403)]
    public async Task Issuer_audience_and_claims_are_asked_for(string claims, int status)
    {
        using var folder = new TemporaryFolder();
        folder.Write("key.pem", Encoding.UTF8.GetBytes(s_signer.Pem));
        await using var orb = await Start("""publicKeyFile = "key.pem"; issuer = "a"; audience { "x" } claims { ["role"] = "adm*" }""", new StepClock(s_now), folder);
        var response = await Get(orb, $"Authorization: Bearer {s_signer.Sign(claims)}");
        await Assert.That(response).StartsWith($"HTTP/1.1 {status} ");
        if (status == 403)
            await Assert.That(response).Contains("WWW-Authenticate: Bearer error=\"insufficient_scope\"\r\n");
    }

    /// <summary>The ways by which tokens have been forged elsewhere.</summary>
    [Test]
    public async Task No_token_chooses_how_it_is_verified()
    {
        using var signer = new TokenSigner("k1");
        using var forger = new TokenSigner("k1");
        const string claims = """{"sub":"admin"}""";
        var pem = Encoding.ASCII.GetBytes(signer.Pem);
        await using var issuer = await Issuer.Start($$"""{"keys":[{{signer.Jwk()}},{"kty":"oct","kid":"k2","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]}""");
        await using var orb = await Start($"jwksUrl = \"{issuer.Url}\"", new StepClock(s_now));
        await Assert.That(await Get(orb, $"Authorization: Bearer {signer.Sign(claims)}")).StartsWith("HTTP/1.1 200 ");
        var genuine = signer.Sign(claims);
        foreach (var (name, token) in new[]
        {
            ("none", TokenSigner.Head("""{"alg":"none"}""", claims) + "."),
            ("None", TokenSigner.Head("""{"alg":"None"}""", claims) + "."),
            ("none with a signature", TokenSigner.Head("""{"alg":"none"}""", claims) + genuine[genuine.LastIndexOf('.')..]),
            ("no signature", genuine[..(genuine.LastIndexOf('.') + 1)]),
            ("the public key as a secret", TokenSigner.SignWithSecret("""{"alg":"HS256","kid":"k1"}""", claims, pem)),
            ("a published secret", TokenSigner.SignWithSecret("""{"alg":"HS256","kid":"k2"}""", claims, System.Buffers.Text.Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))),
            ("an empty secret", TokenSigner.SignWithSecret("""{"alg":"HS256"}""", claims, [])),
            ("a key of the token's own", forger.Sign(claims, $$"""{"alg":"RS256","kid":"k1","jwk":{{forger.Jwk()}}}""")),
            ("another's key", forger.Sign(claims)),
            ("another algorithm's name", signer.Sign(claims, """{"alg":"PS256","kid":"k1"}""")),
            ("a number for the algorithm", signer.Sign(claims, """{"alg":0,"kid":"k1"}""")),
            ("the algorithm's number", signer.Sign(claims, """{"alg":"0","kid":"k1"}""")),
            ("two algorithms", signer.Sign(claims, """{"alg":"RS256","kid":"k1","alg":"none"}""")),
            ("no algorithm", signer.Sign(claims, """{"kid":"k1"}""")),
            ("what must be understood", signer.Sign(claims, """{"alg":"RS256","kid":"k1","crit":["exp"],"exp":1}""")),
            ("an unencoded payload", signer.Sign(claims, """{"alg":"RS256","kid":"k1","b64":false,"crit":["b64"]}""")),
            ("padding", genuine + "="),
            ("a space inside", genuine.Insert(genuine.LastIndexOf('.') + 3, " ")),
            ("four parts", genuine + ".x"),
            ("two parts", genuine[..genuine.LastIndexOf('.')]),
            ("nothing", ""),
            ("too long", new string('a', 17_000)),
        })
        {
            await Assert.That(await Get(orb, $"Authorization: Bearer {token}")).StartsWith("HTTP/1.1 401 ").Because(name);
        }
        await Assert.That(await Get(orb, $"Authorization: Bearer {genuine}\r\nAuthorization: Bearer {genuine}")).StartsWith("HTTP/1.1 401 ");
        await Assert.That(orb.Log.Text).DoesNotContain(genuine[^20..]);
    }

    [Test]
    public async Task Without_a_token_a_request_is_refused_or_not_and_with_a_wrong_one_always()
    {
        const string secret = "0123456789abcdef0123456789abcdef";
        var token = TokenSigner.SignWithSecret("""{"alg":"HS256"}""", """{"sub":"joe"}""", Encoding.ASCII.GetBytes(secret));
        await using var strict = await Start($"secret = \"{secret}\"", new StepClock(s_now));
        await using var open = await Start($"secret = \"{secret}\"; required = false; header = \"X-Token\"", new StepClock(s_now));
        var refused = await Get(strict, "X: y");
        await Assert.That(refused).StartsWith("HTTP/1.1 401 ").And.Contains("WWW-Authenticate: Bearer\r\n");
        await Assert.That(await Get(strict, "Authorization: Basic am9lOnNlY3JldA==")).StartsWith("HTTP/1.1 401 ");
        await Assert.That(await Get(strict, $"Authorization: Bearer {token}")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(await Get(open, "X: y")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(await Get(open, $"X-Token: {token}")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(await Get(open, $"X-Token: {token}x")).StartsWith("HTTP/1.1 401 ");
        await Assert.That(await Get(open, $"X-Token: Bearer {token}")).StartsWith("HTTP/1.1 401 ");
    }

    [Test]
    public async Task The_subject_is_the_user_of_the_access_log()
    {
        const string secret = "0123456789abcdef0123456789abcdef";
        var output = new LineStream();
        await using var orb = await OrbRun.Start(Echo.Around($"new AccessLog {{}} new JwtAuth {{ secret = \"{secret}\" }}", "handler = 204"), time: new StepClock(), change: options => options with { StandardOutput = output });
        await Get(orb, $"Authorization: Bearer {TokenSigner.SignWithSecret("""{"alg":"HS256"}""", """{"sub":"auth0|joe"}""", Encoding.ASCII.GetBytes(secret))}");
        await Assert.That(await output.ReadLine()).StartsWith("127.0.0.1 - auth0|joe [");
    }

    [Test]
    public async Task Published_keys_are_fetched_once_and_again_for_a_new_name_and_when_they_are_old()
    {
        using var first = new TokenSigner("one");
        using var second = new TokenSigner("two");
        using var third = new TokenSigner("three");
        var clock = new StepClock(s_now, isFrozen: true);
        await using var issuer = await Issuer.Start($$"""{"keys":[{{first.Jwk(""","use":"sig","alg":"RS256","key_ops":["verify"]""")}}]}""");
        await using var orb = await Start($"jwksUrl = \"{issuer.Url}\"", clock);
        for (var i = 0; i < 5; i++)
            await Assert.That(await Get(orb, $"Authorization: Bearer {first.Sign("{}")}")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(issuer.Requests).IsEqualTo(1);

        // A name that is not there yet is not looked for at once: anyone can think of names.
        issuer.Body = $$"""{"keys":[{{first.Jwk()}},{{second.Jwk()}}]}""";
        await Assert.That(await Get(orb, $"Authorization: Bearer {second.Sign("{}")}")).StartsWith("HTTP/1.1 401 ");
        await Assert.That(issuer.Requests).IsEqualTo(1);
        clock.Advance(TimeSpan.FromSeconds(11));
        await Assert.That(await Get(orb, $"Authorization: Bearer {second.Sign("{}")}")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(await Get(orb, $"Authorization: Bearer {third.Sign("{}")}")).StartsWith("HTTP/1.1 401 ");
        await Assert.That(issuer.Requests).IsEqualTo(2);

        // An old set is fetched again in the background, and a key that has gone is refused then.
        issuer.Body = $$"""{"keys":[{{third.Jwk()}}]}""";
        clock.Advance(TimeSpan.FromMinutes(11));
        await Assert.That(await Get(orb, $"Authorization: Bearer {first.Sign("{}")}")).StartsWith("HTTP/1.1 200 ");
        await issuer.Asked(3);
        while (!(await Get(orb, $"Authorization: Bearer {first.Sign("{}")}")).StartsWith("HTTP/1.1 401 ", StringComparison.Ordinal))
            await Task.Yield();

        // While the issuer is away its last keys hold, for a day.
        issuer.Status = 500;
        clock.Advance(TimeSpan.FromHours(23));
        await Assert.That(await Get(orb, $"Authorization: Bearer {third.Sign("{}")}")).StartsWith("HTTP/1.1 200 ");
        await issuer.Asked(4);
        clock.Advance(TimeSpan.FromHours(2));
        var away = await Get(orb, $"Authorization: Bearer {third.Sign("{}")}");
        await Assert.That(away).StartsWith("HTTP/1.1 503 ").And.Contains("Retry-After: 10\r\n");
        await Assert.That(orb.Log.Lines.Count(line => line.Contains($"{issuer.Url} could not be fetched: its status was 500", StringComparison.Ordinal))).IsEqualTo(1);
        issuer.Status = 200;
        clock.Advance(TimeSpan.FromSeconds(11));
        await Assert.That(await Get(orb, $"Authorization: Bearer {third.Sign("{}")}")).StartsWith("HTTP/1.1 200 ");
        await Assert.That(orb.Log.Text).Contains($"{issuer.Url} was fetched again: 1 keys");
    }

    [Test]
    [Arguments("", "it is no set of JSON Web Keys")]
    [Arguments("{}", "it is no set of JSON Web Keys")]
    [Arguments("""{"keys":{}}""", "it is no set of JSON Web Keys")]
    [Arguments("""{"keys":[]}""", "it has no key that signatures are verified with")]
    [Arguments("""{"keys":[1,{"kty":"RSA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"oct","k":"AAAA"}]}""", "it has no key that signatures are verified with")]
    [Arguments("HUGE", "it is larger than 256 KiB")]
    public async Task What_is_published_and_is_no_set_of_keys_is_said_and_no_token_passes(string body, string reason)
    {
        await using var issuer = await Issuer.Start(body == "HUGE" ? new string(' ', 300_000) : body);
        await using var orb = await Start($"jwksUrl = \"{issuer.Url}\"", new StepClock(s_now));
        await Assert.That(await Get(orb, $"Authorization: Bearer {s_signer.Sign("{}")}")).StartsWith("HTTP/1.1 503 ");
        await Assert.That(orb.Log.Text).Contains($"{issuer.Url} could not be fetched: {reason}");
    }

    [Test]
    public async Task Keys_that_cannot_be_reached_are_said_with_the_step_that_failed()
    {
        var port = RawUpstream.ClosedPort();
        await using var orb = await Start($"jwksUrl = \"http://127.0.0.1:{port}/keys\"", new StepClock(s_now));
        await Assert.That(await Get(orb, $"Authorization: Bearer {s_signer.Sign("{}")}")).StartsWith("HTTP/1.1 503 ");
        await Assert.That(orb.Log.Text).Contains($"http://127.0.0.1:{port}/keys could not be fetched: no connection to 127.0.0.1:{port}: ConnectionRefused");
    }

    [Test]
    public async Task Keys_of_a_server_whose_certificate_is_of_no_known_authority_are_not_taken()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(30));
        await using var server = await WebServer.Start(context => context.Response.WriteAsync($$"""{"keys":[{{s_signer.Jwk()}}]}"""), certificate: certificate);
        await using var orb = await Start($"jwksUrl = \"https://localhost:{server.Port}/keys\"", new StepClock(s_now));
        await Assert.That(await Get(orb, $"Authorization: Bearer {s_signer.Sign("{}")}")).StartsWith("HTTP/1.1 503 ");
        await Assert.That(orb.Log.Text).Contains($"https://localhost:{server.Port}/keys could not be fetched: no TLS with localhost:{server.Port}: ");
        await Assert.That(server.Requests).IsEqualTo(0);
    }

    [Test]
    [Arguments("""secret = "short" """, "the `secret` of `JwtAuth` has 5 bytes")]
    [Arguments("""secret = "0123456789abcdef0123456789abcdef"; algorithms { "HS512" }""", "the `secret` of `JwtAuth` has 32 bytes")]
    [Arguments("""secret = "0123456789abcdef0123456789abcdef"; algorithms { "HS256"; "RS256" }""", "`JwtAuth` accepts RS256, which has no secret")]
    [Arguments("""publicKeyFile = "rsa.pem"; algorithms { "RS256"; "HS256" }""", "`JwtAuth` accepts HS256, which needs a `secret`")]
    [Arguments("""publicKeyFile = "rsa.pem"; algorithms { "ES256" }""", "is of none of the algorithms that `JwtAuth` accepts: ES256")]
    [Arguments("""publicKeyFile = "private.pem" """, "is a private key, which who verifies must not have")]
    [Arguments("""publicKeyFile = "small.pem" """, "is no public key that tokens are verified with")]
    [Arguments("""publicKeyFile = "nonsense.pem" """, "is no public key that tokens are verified with")]
    [Arguments("""publicKeyFile = "missing.pem" """, "missing.pem`: there is no such file")]
    public async Task Terms_that_cannot_hold_are_refused_at_start(string properties, string message)
    {
        using var folder = new TemporaryFolder();
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        using var small = System.Security.Cryptography.RSA.Create(1024);
        folder.Write("rsa.pem", Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()));
        folder.Write("private.pem", Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()));
        folder.Write("small.pem", Encoding.ASCII.GetBytes(small.ExportSubjectPublicKeyInfoPem()));
        folder.Write("nonsense.pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"u8);
        var failure = await Assert.That(async () => { await Start(properties, new StepClock(s_now), folder); }).Throws<OrbException>();
        await Assert.That(failure!.Message).Contains(message).And.DoesNotContain("0123456789abcdef");
    }

    [Test]
    public async Task A_certificate_and_an_rsa_public_key_file_have_keys_too()
    {
        using var folder = new TemporaryFolder();
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=issuer", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSelfSigned(s_now, s_now.AddDays(1));
        folder.Write("certificate.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        var signed = TokenSigner.Head("""{"alg":"ES256"}""", "{}");
        var token = signed + "." + System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), System.Security.Cryptography.HashAlgorithmName.SHA256));
        await using var orb = await Start("""publicKeyFile = "certificate.pem" """, new StepClock(s_now), folder);
        await Assert.That(await Get(orb, $"Authorization: Bearer {token}")).StartsWith("HTTP/1.1 200 ");

        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        folder.Write("rsa.pem", Encoding.ASCII.GetBytes(rsa.ExportRSAPublicKeyPem()));
        await using var other = await Start("""publicKeyFile = "rsa.pem" """, new StepClock(s_now), folder);
        await Assert.That(await Get(other, $"Authorization: Bearer {token}")).StartsWith("HTTP/1.1 401 ");
    }

    private static Task<OrbRun> Start(string properties, TimeProvider clock, TemporaryFolder? folder = null) =>
        OrbRun.Start(Echo.Around($"new JwtAuth {{ {properties} }}", "handler = 200"), time: clock, folder: folder);

    private static Task<string> Get(OrbRun orb, string field) => orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\n{field}\r\nConnection: close\r\n\r\n");

    /// <summary>A server that publishes keys.</summary>
    private sealed class Issuer : IAsyncDisposable
    {
        private readonly SemaphoreSlim _asked = new(0);
        private WebServer? _server;
        private int _seen;

        public string Body { get; set; } = "";

        public int Status { get; set; } = 200;

        public int Requests => _server!.Requests;

        public string Url => $"http://127.0.0.1:{_server!.Port}/keys";

        public static async Task<Issuer> Start(string body)
        {
            var issuer = new Issuer { Body = body };
            issuer._server = await WebServer.Start(async context =>
            {
                context.Response.StatusCode = context.Request.Path == "/keys" ? issuer.Status : 404;
                await context.Response.WriteAsync(issuer.Body);
                issuer._asked.Release();
            });
            return issuer;
        }

        /// <summary>Returns when so many requests in all were answered.</summary>
        public async Task Asked(int requests)
        {
            for (; _seen < requests; _seen++)
                if (!await _asked.WaitAsync(OrbRun.Limit))
                    throw new TimeoutException("the keys were not asked for");
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();
    }
}
