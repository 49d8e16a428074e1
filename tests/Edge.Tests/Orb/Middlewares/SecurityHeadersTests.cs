using System.Net;

namespace Edge.Tests.Orb.Middlewares;

public sealed class SecurityHeadersTests
{
    [Test]
    public async Task They_are_on_every_response_and_one_that_the_handler_has_set_stays()
    {
        await using var upstream = Echo.Start("X-Frame-Options: DENY\r\n");
        await using var orb = await OrbRun.Start($$"""
            servers { [":8080"] {
              middleware { new SecurityHeaders { contentSecurityPolicy = "default-src 'self'"; permissionsPolicy = "camera=()"; referrerPolicy = null } }
              routes { new { match = "/up"; {{Echo.Handler(upstream)}} } }
            } }
            """);
        var own = await orb.Raw("GET /up HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(own).Contains("X-Frame-Options: DENY\r\n").And.DoesNotContain("SAMEORIGIN");
        var missing = await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(missing).StartsWith("HTTP/1.1 404 ");
        await Assert.That(missing).Contains("X-Content-Type-Options: nosniff\r\n").And.Contains("X-Frame-Options: SAMEORIGIN\r\n")
            .And.Contains("Content-Security-Policy: default-src 'self'\r\n").And.Contains("Permissions-Policy: camera=()\r\n")
            .And.DoesNotContain("Referrer-Policy").And.DoesNotContain("Strict-Transport-Security");
    }

    [Test]
    [Arguments("", "max-age=31536000")]
    [Arguments("hstsMaxAge = 1.d; hstsSubdomains = true; hstsPreload = true", "max-age=86400; includeSubDomains; preload")]
    [Arguments("hstsMaxAge = null", null)]
    public async Task Transport_security_is_told_over_tls(string properties, string? expected)
    {
        await using var orb = await OrbRun.Start($$"""servers { ["a.test"] { middleware { new SecurityHeaders { {{properties}} } } handler = 200 } }""");
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = orb.Client(version: version);
            client.DefaultRequestHeaders.Host = "a.test";
            using var response = await client.GetAsync("/");
            await Assert.That(response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null).IsEqualTo(expected);
        }
    }
}
