using System.IO.Compression;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Edge.Tests.Cli;
using Edge.Tests.Image;
using Edge.Tests.Orb.Proxy;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>All middleware in the executable as it is published: trimmed, and without a runtime.</summary>
[Category(Published.Category)]
public sealed class PublishedMiddlewareTests
{
    private const string Argon2 = "$argon2id$v=19$m=4096,t=3,p=4$c29tZXNhbHQ$SeT2KKad0kYrp2fsR2n+8E6Bfxg2elH7SqRO2pEI8yo";

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task One_server_with_all_fifteen_does_what_each_of_them_says(bool isStatic)
    {
        using var folder = new TemporaryFolder();
        using var signer = new TokenSigner("k1");
        var text = string.Concat(Enumerable.Repeat("a line of text\n", 500));
        folder.Write("page.txt", Encoding.UTF8.GetBytes(text));
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(30));
        await using var issuer = await WebServer.Start(context => context.Response.WriteAsync($$"""{"keys":[{{signer.Jwk()}}]}"""), certificate: certificate);
        var own = new TemporaryFolder();
        own.Write("authorities.pem", Encoding.ASCII.GetBytes(authority.Pem));
        await using var edge = await EdgeProcess.StartOf(isStatic ? Published.Static() : Published.Plain(), own, $$"""
            middleware {
              new AccessLog { format = "combined"; output = "{{folder.Path}}/combined.log" }
              new AccessLog { format = "common"; output = "{{folder.Path}}/common.log" }
              new AccessLog { format = "json"; output = "{{folder.Path}}/json.log" }
              new AccessLog { format = "ecs"; output = "{{folder.Path}}/ecs.log"; exclude { "/quiet/**" } }
              new RequestId { trustIncoming = true }
              new SecurityHeaders {}
              new IpFilter { allow { "127.0.0.0/8"; "::1" } }
              new ConnectionLimit { max = 100; maxPerClient = 50 }
              new RateLimit { requests = 1; window = 1.h; burst = 20; key = "header"; header = "X-Client" }
              new Cors { allowOrigins { "https://*.app.test" } allowCredentials = true }
              new ErrorPage { body = "<h1>{status} {reason}" }
              new Compress {}
              new Headers { request { set { ["X-Inner"] = "1" } } response { set { ["X-By"] = "edge" } } }
              new BodyLimit { maxSize = 1.kib }
              new TailscaleAuth {}
              new BasicAuth { users { ["joe"] = "{{Argon2}}" } }
              new JwtAuth { jwksUrl = "https://localhost:{{issuer.Port}}/"; header = "X-Token"; audience { "edge" } required = false }
              new Rewrite { stripPrefix = "/api"; regex = #"^/(\w+)\.text$"#; replacement = "/$1.txt" }
            }
            routes {
              new { match = "/private/**"; middleware { new IpFilter { deny { "127.0.0.0/8" } } } handler = 200 }
              new { match = "/tailnet/**"; middleware { new TailscaleAuth { required = true } } handler = 200 }
            }
            handler = new StaticFiles { root = "{{folder.Path}}" }
            """, "");
        using var client = edge.Client();
        var joe = $"Basic {Convert.ToBase64String("joe:correct horse"u8)}";

        using (var page = await Send(client, "/api/page.text", ("Authorization", joe), ("Accept-Encoding", "br"), ("X-Token", signer.Sign("""{"sub":"joe-by-token","aud":"edge"}""")), ("Origin", "https://a.app.test"), ("X-Request-Id", "id-1")))
        {
            await Assert.That(page.StatusCode).IsEqualTo(HttpStatusCode.OK);
            await using var decoded = new BrotliStream(await page.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
            await Assert.That(await new StreamReader(decoded).ReadToEndAsync()).IsEqualTo(text);
            await Assert.That(string.Join('|', new[] { "X-Request-Id", "X-Frame-Options", "X-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials" }.Select(name => page.Headers.GetValues(name).Single())))
                .IsEqualTo("id-1|SAMEORIGIN|edge|https://a.app.test|true");
        }
        await Expect(client, "/page.txt", 401, "<h1>401 Unauthorized");
        await Expect(client, "/page.txt", 401, "<h1>401 Unauthorized", ("Authorization", $"Basic {Convert.ToBase64String("joe:wrong"u8)}"));
        await Expect(client, "/missing", 404, "<h1>404 Not Found", ("Authorization", joe));
        await Expect(client, "/private/x", 403, "<h1>403 Forbidden", ("Authorization", joe));
        await Expect(client, "/tailnet/x", 403, "<h1>403 Forbidden", ("Authorization", joe), ("Tailscale-User-Login", "joe@example.com"));
        await Expect(client, "/page.txt", 401, "<h1>401 Unauthorized", ("Authorization", joe), ("X-Token", signer.Sign("""{"aud":"other"}""")));
        await Expect(client, "/quiet/x", 404, "<h1>404 Not Found", ("Authorization", joe));
        using (var large = await client.PostAsync("/page.txt", new ByteArrayContent(new byte[2000])))
            await Assert.That((int)large.StatusCode).IsEqualTo(413);
        for (var i = 0; i < 20; i++)
            await Expect(client, "/missing", 404, "<h1>404 Not Found", ("Authorization", joe), ("X-Client", "busy"));
        using (var limited = await Send(client, "/missing", ("Authorization", joe), ("X-Client", "busy")))
            await Assert.That((limited.StatusCode, limited.Headers.RetryAfter is not null)).IsEqualTo((HttpStatusCode.TooManyRequests, true));

        // As logrotate does it.
        var combined = Path.Combine(folder.Path, "combined.log");
        File.Move(combined, combined + ".1");
        edge.Signal(PosixSignal.SIGHUP);
        using (var limit = new CancellationTokenSource(OrbRun.Limit))
            while (!File.Exists(combined))
            {
                limit.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        await Expect(client, "/quiet/last", 404, "<h1>404 Not Found", ("Authorization", joe));

        edge.Signal(PosixSignal.SIGTERM);
        await Assert.That(await edge.Exit()).IsEqualTo(0).Because(edge.Error);
        await Assert.That((await File.ReadAllTextAsync(combined)).Split('\n').Length).IsEqualTo(2);
        await File.AppendAllTextAsync(combined + ".1", await File.ReadAllTextAsync(combined));
        File.Move(combined + ".1", combined, overwrite: true);
        await AssertLogged(folder.Path);
    }

    /// <summary>The recorded tokens of openssl, each against its own key: no algorithm was trimmed away.</summary>
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Tokens_of_every_algorithm_are_verified(bool isStatic)
    {
        using var folder = new TemporaryFolder();
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "vectors", "jwt", "openssl.json")));
        var vectors = document.RootElement.EnumerateArray().ToDictionary(vector => vector.GetProperty("alg").GetString()!, vector => vector);
        var routes = new StringBuilder();
        foreach (var (algorithm, vector) in vectors)
        {
            var key = vector.TryGetProperty("secret", out var secret) ? $"secret = \"{secret.GetString()}\"" : $"publicKeyFile = \"{folder.Write($"{algorithm}.pem", Encoding.UTF8.GetBytes(vector.GetProperty("pem").GetString()!))}\"";
            routes.Append($"new {{ match = \"/{algorithm}\"; middleware {{ new JwtAuth {{ {key}; algorithms {{ \"{algorithm}\" }} }} }} handler = 204 }}\n");
        }
        await using var edge = await EdgeProcess.StartOf(isStatic ? Published.Static() : Published.Plain(), $"routes {{ {routes} }}");
        using var client = edge.Client();
        foreach (var algorithm in vectors.Keys)
        {
            foreach (var (other, vector) in vectors)
            {
                using var response = await Send(client, $"/{algorithm}", ("Authorization", $"Bearer {vector.GetProperty("token").GetString()}"));
                await Assert.That((int)response.StatusCode).IsEqualTo(algorithm == other ? 204 : 401).Because($"{other} at {algorithm}: {edge.Error}");
            }
        }
    }

    private static async Task Expect(HttpClient client, string path, int status, string body, params (string Name, string Value)[] fields)
    {
        using var response = await Send(client, path, fields);
        await Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync())).IsEqualTo((status, body));
        await Assert.That(response.Headers.Contains("X-Content-Type-Options")).IsTrue();
    }

    private static Task<HttpResponseMessage> Send(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in fields)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request);
    }

    private static async Task AssertLogged(string folder)
    {
        var lines = await Task.WhenAll(new[] { "combined", "common", "json", "ecs" }.Select(name => File.ReadAllLinesAsync(Path.Combine(folder, name + ".log"))));
        await Assert.That(lines.Select(log => log.Length).Distinct().Count()).IsEqualTo(2);
        await Assert.That(lines[0].Length).IsEqualTo(lines[3].Length + 2);
        await Assert.That(lines[0][0]).StartsWith("127.0.0.1 - joe-by-token [").And.Contains("\"GET /api/page.text HTTP/1.1\" 200 ").And.EndsWith("\"-\" \"-\"");
        await Assert.That(lines[1][1]).StartsWith("127.0.0.1 - - [").And.EndsWith("\"GET /page.txt HTTP/1.1\" 401 20");
        var json = JsonDocument.Parse(lines[2][0]).RootElement;
        await Assert.That((json.GetProperty("user").GetString(), json.GetProperty("request_id").GetString(), json.GetProperty("status").GetInt32())).IsEqualTo(("joe-by-token", "id-1", 200));
        var ecs = JsonDocument.Parse(lines[3][0]).RootElement;
        await Assert.That((ecs.GetProperty("http").GetProperty("request").GetProperty("id").GetString(), ecs.GetProperty("url").GetProperty("path").GetString())).IsEqualTo(("id-1", "/api/page.text"));
        foreach (var log in lines)
            foreach (var line in log)
                await Assert.That(line).DoesNotContain("Basic ").And.DoesNotContain("eyJ");
    }
}
