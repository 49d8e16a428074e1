using System.Net.Sockets;
using System.Text;

namespace Edge.Tests.Orb.Proxy;

/// <summary>What passes from client to upstream and back, byte for byte: requests are written by hand, and read by hand.</summary>
public sealed class HeaderTests
{
    [Test]
    public async Task Fields_about_one_connection_end_at_the_proxy()
    {
        var head = await Through("""
            GET / HTTP/1.1
            Host: site.example
            Connection: X-Nominated, Host
            Keep-Alive: timeout=5
            Proxy-Connection: keep-alive
            Proxy-Authorization: Basic eDp5
            TE: gzip, trailers
            X-Nominated: secret
            X-Kept: yes
            HTTP2-Settings: AAMAAABkAAQAAP__


            """);
        await Assert.That(Names(head)).IsEquivalentTo(["Host", "TE", "X-Kept", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"]);
        await Assert.That(head).Contains("Host: site.example\r\n");
        await Assert.That(head).Contains("TE: trailers\r\n");
    }

    [Test]
    public async Task What_a_client_says_about_its_origin_is_replaced()
    {
        var head = await Through("""
            GET / HTTP/1.1
            Host: site.example
            X-Forwarded-For: 10.9.9.9
            x-forwarded-proto: https
            X-Forwarded-Host: evil.example
            X-Forwarded-Port: 1
            X_Forwarded_For: 10.9.9.9
            Forwarded: for=10.9.9.9
            X-Real-IP: 10.9.9.9


            """);
        await Assert.That(head).DoesNotContain("10.9.9.9");
        await Assert.That(head).DoesNotContain("evil");
        await Assert.That(head).Contains("X-Forwarded-For: 127.0.0.1\r\n");
        await Assert.That(head).Contains("X-Forwarded-Proto: http\r\n");
        await Assert.That(head).Contains("X-Forwarded-Host: site.example\r\n");
        await Assert.That(Names(head).Count).IsEqualTo(4);
    }

    [Test]
    public async Task The_upstream_sees_its_own_address_as_host_where_it_should()
    {
        await using var upstream = new RawUpstream(async stream =>
        {
            var head = await RawUpstream.ReadHead(stream);
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}"));
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)) with { PreserveHost = false });
        await Assert.That(await proxy.Client.GetStringAsync("/")).Contains($"Host: 127.0.0.1:{upstream.Port}\r\n");
    }

    [Test]
    [Arguments("/plain?q=1&r=%20", "/plain?q=1&r=%20")]
    [Arguments("/a%2Fb/%41?x=%2e", "/a%2Fb/%41?x=%2e")]
    [Arguments("/%252F", "/%252F")]
    [Arguments("/caf%C3%A9", "/caf%C3%A9")]
    [Arguments("/a/../b", "/b")]
    [Arguments("/a/%2e%2e/b", "/b")]
    [Arguments("http://other.example/absolute?x", "/absolute?x")]
    [Arguments("//double//slash", "//double//slash")]
    public async Task The_target_is_sent_as_it_was_written_unless_it_meant_another(string target, string expected)
    {
        var head = await Through($"GET {target} HTTP/1.1\nHost: other.example\n\n");
        await Assert.That(head.Split("\r\n")[0]).IsEqualTo($"GET {expected} HTTP/1.1");
    }

    [Test]
    public async Task A_request_framed_in_two_ways_reaches_the_upstream_framed_in_one_or_not_at_all()
    {
        // RFC 9112, section 6.3: the classic smuggling shape. The inner request must never be a request of its own upstream.
        var head = await Through("POST / HTTP/1.1\nHost: x\nContent-Length: 4\nTransfer-Encoding: chunked\n\n5c\nGPOST / HTTP/1.1\nContent-Length: 15\n\nx=1\n0\n\n");
        var framings = Names(head).Count(name => name is "Content-Length" or "Transfer-Encoding");
        await Assert.That(framings).IsLessThanOrEqualTo(1);
    }

    [Test]
    public async Task Values_pass_byte_for_byte()
    {
        var head = await Through("GET / HTTP/1.1\nHost: x\nX-Name: caf\u00e9 \u00ff\nUser-Agent: odd (agent/;\nAccept: */*;q=bad\n\n");
        await Assert.That(head).Contains("X-Name: caf\u00e9 \u00ff\r\n");
        await Assert.That(head).Contains("User-Agent: odd (agent/;\r\n");
        await Assert.That(head).Contains("Accept: */*;q=bad\r\n");
    }

    [Test]
    public async Task A_response_keeps_its_fields_and_loses_those_of_the_connection()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nServer: up\r\nETag: weird\r\n"
            + "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nX-Name: caf\u00e9\r\nVary: a\r\nVary: b\r\n\r\nok");
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        var answer = await Raw(proxy, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(answer).StartsWith("HTTP/1.1 201 Created\r\n");
        await Assert.That(answer).Contains("Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n");
        await Assert.That(answer).Contains("Server: up\r\n");
        await Assert.That(answer).Contains("ETag: weird\r\n");
        await Assert.That(answer).Contains("X-Name: caf\u00e9\r\n");
        await Assert.That(answer).DoesNotContain("X-Hop");
        await Assert.That(answer).DoesNotContain("timeout=9");
        await Assert.That(answer).EndsWith("\r\n\r\nok");
    }

    [Test]
    [Arguments("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "200", "Content-Length: 5000")]
    [Arguments("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", "304", "ETag: \"x\"")]
    [Arguments("GET", "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", "204", "X-A: b")]
    [Arguments("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200", "Content-Length: 0")]
    public async Task A_response_without_a_body_passes(string method, string response, string status, string field)
    {
        await using var upstream = RawUpstream.Answering(response);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        var answer = await Raw(proxy, $"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await Assert.That(answer).StartsWith($"HTTP/1.1 {status} ");
        await Assert.That(answer).Contains(field + "\r\n");
        await Assert.That(answer).EndsWith("\r\n\r\n");
    }

    /// <summary>The head that the upstream gets for a request; line ends are put right here.</summary>
    private static async Task<string> Through(string request)
    {
        var head = "";
        await using var upstream = new RawUpstream(async stream =>
        {
            head = await RawUpstream.ReadHead(stream);
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        });
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        var text = request.ReplaceLineEndings("\r\n");
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        await RawUpstream.ReadHead(client.GetStream());
        return head;
    }

    private static async Task<string> Raw(ProxyServer proxy, string request)
    {
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var all = new MemoryStream();
        await client.GetStream().CopyToAsync(all).WaitAsync(Limits.Generous);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    private static List<string> Names(string head) =>
        [.. head.Split("\r\n").Skip(1).Where(line => line.Contains(':')).Select(line => line[..line.IndexOf(':')])];
}
