using Edge.Orb;

namespace Edge.Tests.Orb.Middlewares;

public sealed class HeadersTests
{
    [Test]
    public async Task Fields_of_requests_are_removed_set_and_added_in_this_order()
    {
        await using var upstream = Echo.Start();
        await using var orb = await OrbRun.Start(Echo.Around("""
            new Headers { request { remove { "X-Gone"; "X-Both" } set { ["X-Set"] = "new"; ["X-Both"] = "again" } add { ["X-Added"] = "two" } } }
            """, Echo.Handler(upstream)));
        var response = await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nX-Gone: 1\r\nX-Both: old\r\nX-Set: old\r\nX-Added: one\r\nConnection: close\r\n\r\n");
        await Assert.That(response).DoesNotContain("X-Gone").And.DoesNotContain("old");
        await Assert.That(response).Contains("X-Both: again\r\n").And.Contains("X-Set: new\r\n").And.Contains("X-Added: one\r\nX-Added: two\r\n");
    }

    [Test]
    public async Task Fields_of_responses_are_changed_after_the_handler_and_the_outer_middleware_has_the_last_word()
    {
        await using var upstream = Echo.Start("X-Powered-By: php\r\nX-Set: upstream\r\nX-Added: one\r\n");
        await using var orb = await OrbRun.Start(Echo.Around("""
            new Headers { response { set { ["X-Order"] = "outer" } } }
            new Headers { response { remove { "X-Powered-By" } set { ["X-Set"] = "edge"; ["X-Order"] = "inner" } add { ["X-Added"] = "two" } } }
            """, Echo.Handler(upstream)));
        var response = await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(response).DoesNotContain("php").And.DoesNotContain("X-Set: upstream").And.DoesNotContain("X-Order: inner");
        await Assert.That(response).Contains("X-Set: edge\r\n").And.Contains("X-Added: one\r\nX-Added: two\r\n").And.Contains("X-Order: outer\r\n");
    }

    [Test]
    [Arguments("""request { set { ["Content-Length"] = "1" } }""", "`Headers` changes `Content-Length`")]
    [Arguments("""response { remove { "transfer-encoding" } }""", "`Headers` changes `transfer-encoding`")]
    [Arguments("""response { set { ["X-A"] = "a\nSet-Cookie: b" } }""", "the value of the header field `X-A` in `Headers`")]
    [Arguments("""response { add { ["X-A"] = "grün" } }""", "the value of the header field `X-A` in `Headers`")]
    public async Task What_would_break_a_message_is_refused_at_start(string changes, string message)
    {
        var failure = await Assert.That(async () => { await OrbRun.Start(Echo.Around($"new Headers {{ {changes} }}", "handler = 200")); }).Throws<OrbException>();
        await Assert.That(failure!.Message).StartsWith(message);
        await Assert.That(failure.IsConfiguration).IsTrue();
    }
}
