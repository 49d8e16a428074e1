namespace Edge.Tests.Orb.Middlewares;

public sealed class CorsTests
{
    private const string Listed = """
        new Cors {
          allowOrigins { "https://app.example.com"; "https://*.apps.example.com" }
          allowMethods { "GET"; "DELETE" } allowHeaders { "X-Own" } exposeHeaders { "X-Total"; "X-Page" }
          allowCredentials = true; maxAge = 1.h
        }
        """;

    [Test]
    [Arguments("https://app.example.com", true)]
    [Arguments("https://a.apps.example.com", true)]
    [Arguments("https://a.b.apps.example.com", true)]
    [Arguments("http://app.example.com", false)]
    [Arguments("https://app.example.com:8443", false)]
    [Arguments("https://app.example.com.evil.test", false)]
    [Arguments("https://evil.test/.apps.example.com", false)]
    [Arguments("https://evil.test#.apps.example.com", false)]
    [Arguments("https://evil.test?.apps.example.com", false)]
    [Arguments("https://evil@x.apps.example.com", false)]
    [Arguments("null", false)]
    [Arguments("https://app.example.com\r\nOrigin: https://app.example.com", false)]
    public async Task An_origin_is_allowed_by_name_and_every_answer_depends_on_it(string origin, bool isAllowed)
    {
        await using var orb = await OrbRun.Start(Echo.Around(Listed, """handler = new Respond { body = "x"; headers { ["Access-Control-Allow-Origin"] = "*"; ["Vary"] = "Accept" } }"""));
        var response = await orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n");
        await Assert.That(response).StartsWith("HTTP/1.1 200 ").And.Contains("Vary: Accept\r\nVary: Origin\r\n").And.DoesNotContain("Access-Control-Allow-Origin: *");
        await Assert.That(response.Contains($"Access-Control-Allow-Origin: {origin}\r\n", StringComparison.Ordinal)).IsEqualTo(isAllowed);
        await Assert.That(response.Contains("Access-Control-Allow-Credentials: true\r\n", StringComparison.Ordinal)).IsEqualTo(isAllowed);
        await Assert.That(response.Contains("Access-Control-Expose-Headers: X-Total, X-Page\r\n", StringComparison.Ordinal)).IsEqualTo(isAllowed);
    }

    [Test]
    public async Task A_preflight_is_answered_here()
    {
        await using var orb = await OrbRun.Start(Echo.Around(Listed, "handler = 418"));
        var allowed = await orb.Raw("OPTIONS /x HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example.com\r\nAccess-Control-Request-Method: DELETE\r\nConnection: close\r\n\r\n");
        await Assert.That(allowed).StartsWith("HTTP/1.1 204 ").And.Contains("Access-Control-Allow-Origin: https://app.example.com\r\n").And.Contains("Access-Control-Allow-Methods: GET, DELETE\r\n")
            .And.Contains("Access-Control-Allow-Headers: X-Own\r\n").And.Contains("Access-Control-Max-Age: 3600\r\n").And.Contains("Access-Control-Allow-Credentials: true\r\n").And.Contains("Vary: Origin\r\n");
        var refused = await orb.Raw("OPTIONS /x HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.test\r\nAccess-Control-Request-Method: DELETE\r\nConnection: close\r\n\r\n");
        await Assert.That(refused).StartsWith("HTTP/1.1 204 ").And.DoesNotContain("Access-Control-Allow").And.Contains("Vary: Origin\r\n");
        // Without the two fields it is a request like any other.
        await Assert.That(await orb.Raw("OPTIONS /x HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example.com\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 418 ");
    }

    [Test]
    public async Task Any_origin_is_allowed_by_a_star_and_what_the_browser_asks_for_is_granted()
    {
        await using var orb = await OrbRun.Start(Echo.Around("new Cors {}", "handler = 404"));
        var plain = await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(plain).StartsWith("HTTP/1.1 404 ").And.Contains("Access-Control-Allow-Origin: *\r\n").And.DoesNotContain("Vary").And.DoesNotContain("Credentials");
        var preflight = await orb.Raw("OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: https://a.test\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a,x-b\r\nConnection: close\r\n\r\n");
        await Assert.That(preflight).Contains("Access-Control-Allow-Headers: x-a,x-b\r\n").And.Contains("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE\r\n").And.Contains("Access-Control-Max-Age: 600\r\n");
    }
}
