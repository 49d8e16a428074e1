using System.Net;

namespace Edge.Tests.Orb;

/// <summary>From a request's host, path, method, header fields and query to what answers it, over real sockets.</summary>
public sealed class RoutingTests
{
    private const string Routes = """
        servers {
          [":8080"] {
            routes {
              new { match = "/exact"; handler = new Respond { body = "exact" } }
              new { match { path = "/api/**"; methods { "POST"; "PUT" } }; handler = new Respond { body = "write" } }
              new { match = "/api/**"; handler = new Respond { body = "read" } }
              new { match { host = "*.files.test" }; handler = new Respond { body = "files" } }
              new { match { headers { ["X-Kind"] = "be*" } }; handler = new Respond { body = "beta" } }
              new { match { queryParams { ["q a"] = "1*" } }; handler = new Respond { body = "query" } }
              new { match = #"/re:^/v\d+$"#; handler = 418 }
            }
            handler = new Respond { status = 404; body = "none" }
          }
        }
        """;

    [Test]
    [Arguments("GET", "/exact", "", "exact")]
    [Arguments("GET", "/%65xact", "", "exact")]
    [Arguments("GET", "/a/../exact", "", "exact")]
    [Arguments("GET", "/exact/", "", "none")]
    [Arguments("POST", "/api/x", "", "write")]
    [Arguments("GET", "/api/x", "", "read")]
    [Arguments("GET", "/api", "", "read")]
    [Arguments("GET", "/other", "Host: A.files.test:99", "files")]
    [Arguments("GET", "/other", "X-Kind: beta", "beta")]
    [Arguments("GET", "/other", "X-Kind: alpha", "none")]
    [Arguments("GET", "/other?x=2&q%20a=12", "", "query")]
    [Arguments("GET", "/other?q+a=12", "", "query")]
    [Arguments("GET", "/other?q+a=2", "", "none")]
    [Arguments("GET", "/v12", "", "")]
    public async Task The_first_route_whose_conditions_hold_answers(string method, string target, string header, string expected)
    {
        await using var orb = await OrbRun.Start(Routes);
        var host = header.StartsWith("Host", StringComparison.Ordinal) ? "" : "Host: x.test\r\n";
        var response = await orb.Raw($"{method} {target} HTTP/1.1\r\n{host}{header}{(header.Length > 0 ? "\r\n" : "")}Content-Length: 0\r\nConnection: close\r\n\r\n");
        await Assert.That(response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).IsEqualTo(expected);
    }

    [Test]
    [Arguments("a.test", 200, "a")]
    [Arguments("A.TEST:1234", 200, "a")]
    [Arguments("a.test.", 200, "a")]
    [Arguments("b.c.test", 200, "wild")]
    [Arguments("x.b.c.test", 404, "")]
    [Arguments("c.test", 404, "")]
    public async Task A_host_finds_its_block_exact_before_wildcard(string host, int status, string body)
    {
        await using var orb = await OrbRun.Start("""
            servers {
              ["one"] { listen { ":8080" }; domains { "a.test" }; handler = new Respond { body = "a" } }
              ["two"] { listen { ":8080" }; domains { "*.c.test" }; handler = new Respond { body = "wild" } }
            }
            """);
        using var client = orb.Client();
        client.DefaultRequestHeaders.Host = host;
        using var response = await client.GetAsync("/");
        await Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync())).IsEqualTo((status, body));
    }

    [Test]
    public async Task A_block_without_domains_answers_every_other_name()
    {
        await using var orb = await OrbRun.Start("""
            servers {
              [":8080"] { handler = new Respond { body = "any" } }
              ["two"] { listen { ":8080" }; domains { "a.test" }; handler = new Respond { body = "a" } }
              [":8081"] { handler = new Respond { body = "other" } }
            }
            """);
        using var client = orb.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("any");
        client.DefaultRequestHeaders.Host = "a.test";
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("a");
        using var second = orb.Client(1);
        await Assert.That(await second.GetStringAsync("/")).IsEqualTo("other");
    }

    [Test]
    public async Task A_unix_socket_serves_and_a_dead_one_is_replaced()
    {
        using var folder = new Cli.TemporaryFolder();
        var path = Path.Combine(folder.Path, "edge.sock");
        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        foreach (var address in new[] { path, "@edge-test-" + Guid.NewGuid() })
        {
            if (address == path && !File.Exists(path))
                await File.WriteAllBytesAsync(path, []);
            await using var orb = await OrbRun.Start($$"""servers { ["unix:{{address}}"] { handler = new Respond { body = "unix" } } }""");
            using var handler = OrbRun.Handler();
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(address.Replace('@', '\0')), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            };
            using var client = new HttpClient(handler) { Timeout = OrbRun.Limit };
            await Assert.That(await client.GetStringAsync("http://edge/")).IsEqualTo("unix");
            if (address == path)
                await Assert.That(async () => { await OrbRun.Start($$"""servers { ["unix:{{address}}"] { handler = 200 } }"""); }).Throws<Edge.Orb.OrbException>().WithMessageContaining("another server listens on");
        }
    }

    [Test]
    [Arguments("/new", true, "/old/a?b=1", "/new/old/a?b=1")]
    [Arguments("https://x.test", true, "/a%20b?c", "https://x.test/a%20b?c")]
    [Arguments("https://x.test/base/", true, "/a", "https://x.test/base/a")]
    [Arguments("https://x.test/s?k=1", true, "/a?b=2", "https://x.test/s/a?k=1&b=2")]
    [Arguments("/new", false, "/old?b=1", "/new")]
    [Arguments("/", true, "//evil.test/x", "/evil.test/x")]
    [Arguments("/", true, "/%5Cevil.test", "/%5Cevil.test")]
    public async Task A_redirect_says_where(string to, bool keepPath, string target, string expected)
    {
        await using var orb = await OrbRun.Start($$"""servers { [":8080"] { handler = new Redirect { to = "{{to}}"; keepPath = {{(keepPath ? "true" : "false")}} } } }""");
        var response = await orb.Raw($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(response).StartsWith("HTTP/1.1 308 ");
        await Assert.That(response).Contains($"\r\nLocation: {expected}\r\n");
    }

    [Test]
    public async Task A_fixed_response_has_its_status_fields_and_body_and_none_where_there_is_none()
    {
        await using var orb = await OrbRun.Start("""
            servers {
              [":8080"] {
                routes {
                  new { match = "/text"; handler = new Respond { status = 201; body = "grüße"; headers { ["X-A"] = "1" } } }
                  new { match = "/json"; handler = new Respond { body = "{}"; headers { ["content-type"] = "application/json" } } }
                  new { match = "/none"; handler = new Respond { status = 204; body = "never" } }
                }
                handler = 418
              }
            }
            """);
        using var client = orb.Client();
        using var text = await client.GetAsync("/text");
        await Assert.That(text.StatusCode).IsEqualTo(HttpStatusCode.Created);
        await Assert.That(await text.Content.ReadAsStringAsync()).IsEqualTo("grüße");
        await Assert.That(text.Content.Headers.ContentType!.ToString()).IsEqualTo("text/plain; charset=utf-8");
        await Assert.That(text.Headers.GetValues("X-A")).IsEquivalentTo(["1"]);
        using var json = await client.GetAsync("/json");
        await Assert.That(json.Content.Headers.ContentType!.ToString()).IsEqualTo("application/json");
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/text"));
        await Assert.That((head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync()).Length)).IsEqualTo((7L, 0));
        using var none = await client.GetAsync("/none");
        await Assert.That(((int)none.StatusCode, await none.Content.ReadAsStringAsync())).IsEqualTo((204, ""));
        using var other = await client.GetAsync("/zzz");
        await Assert.That(((int)other.StatusCode, await other.Content.ReadAsStringAsync())).IsEqualTo((418, ""));
    }
}
