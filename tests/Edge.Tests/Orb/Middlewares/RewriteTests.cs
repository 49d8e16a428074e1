using Edge.Orb.Middlewares;

namespace Edge.Tests.Orb.Middlewares;

public sealed class RewriteTests
{
    [Test]
    [Arguments("""stripPrefix = "/api" """, "/api/a?q=/api", "/a?q=/api")]
    [Arguments("""stripPrefix = "/api" """, "/api", "/")]
    [Arguments("""stripPrefix = "/api" """, "/apiary", "/apiary")]
    [Arguments("""stripPrefix = "/api/" """, "/api/a", "/a")]
    [Arguments("""stripPrefix = "/api" """, "/other", "/other")]
    [Arguments("""stripPrefix = "/api" """, "/API/a", "/API/a")]
    [Arguments("""stripPrefix = "/api" """, "/%61pi/caf%C3%A9", "/caf%C3%A9")]
    [Arguments("""addPrefix = "/v1" """, "/a", "/v1/a")]
    [Arguments("""addPrefix = "/v1/" """, "/", "/v1/")]
    [Arguments("""regex = #"^/old/(\w+)$"#; replacement = "/new/$1" """, "/old/a", "/new/a")]
    [Arguments("""regex = #"^/old/(\w+)$"#; replacement = "/new/$1" """, "/old/a/b", "/old/a/b")]
    [Arguments("""regex = "-"; replacement = "_" """, "/a-b-c", "/a_b_c")]
    [Arguments("""regex = "^/old"; replacement = "" """, "/old.html", "/.html")]
    [Arguments("""regex = "^/old"; replacement = "" """, "/old../../etc", "/etc")]
    [Arguments("""regex = "$"; replacement = "?x=1" """, "/a", "/a%3Fx=1")]
    [Arguments("""stripPrefix = "/a"; regex = "^/b"; replacement = "/c"; addPrefix = "/d" """, "/a/b", "/d/c")]
    public async Task A_path_is_stripped_then_replaced_then_prefixed(string rewrite, string target, string expected)
    {
        await using var upstream = Echo.Start();
        await using var orb = await OrbRun.Start(Echo.Around($"new Rewrite {{ {rewrite} }}", Echo.Handler(upstream)));
        await Assert.That(await orb.Raw($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).Contains($"GET {expected} HTTP/1.1\r\n");
    }

    [Test]
    public async Task Routes_inside_see_the_rewritten_path_and_a_request_without_one_passes()
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new Rewrite { stripPrefix = "/api"; addPrefix = "/x" }""",
            """routes { new { match = "/x/a"; handler = new Respond { body = "found" } } } handler = 418"""));
        await Assert.That(await orb.Raw("GET /api/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).EndsWith("found");
        await Assert.That(await orb.Raw("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 418");
    }

    /// <summary>RFC 3986, section 5.4: the examples of references whose result is a matter of dot segments alone.</summary>
    [Test]
    [Arguments("/b/c/./g", "/b/c/g")]
    [Arguments("/b/c/.", "/b/c/")]
    [Arguments("/b/c/..", "/b/")]
    [Arguments("/b/c/../g", "/b/g")]
    [Arguments("/b/c/../..", "/")]
    [Arguments("/b/c/../../../g", "/g")]
    [Arguments("/b/c/g.", "/b/c/g.")]
    [Arguments("/b/c/.g", "/b/c/.g")]
    [Arguments("/b/c/..g", "/b/c/..g")]
    [Arguments("/b/c/./g/.", "/b/c/g/")]
    public async Task Dot_segments_are_removed_as_the_standard_does(string path, string expected) =>
        await Assert.That(DotSegments.Remove(path)).IsEqualTo(expected);
}
