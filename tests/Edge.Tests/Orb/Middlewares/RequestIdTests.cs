namespace Edge.Tests.Orb.Middlewares;

public sealed class RequestIdTests
{
    [Test]
    [Arguments("new RequestId {}", "X-Request-Id: from-client\r\n", false)]
    [Arguments("new RequestId { trustIncoming = true }", "X-Request-Id: from-client\r\n", true)]
    [Arguments("new RequestId { trustIncoming = true }", "X-Request-Id: from client\r\n", false)]
    [Arguments("new RequestId { trustIncoming = true }", "X-Request-Id: from-client\r\nX-Request-Id: two\r\n", false)]
    [Arguments("new RequestId { trustIncoming = true }", "", false)]
    public async Task Handler_and_client_get_the_same_identifier_and_a_clients_own_only_where_it_is_trusted(string middleware, string field, bool isKept)
    {
        await using var upstream = Echo.Start("X-Request-Id: upstreams-own\r\n");
        await using var orb = await OrbRun.Start(Echo.Around(middleware, Echo.Handler(upstream)));
        var response = await orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\n{field}Connection: close\r\n\r\n");
        var told = Values(response, "X-Request-Id");
        await Assert.That(told.Count).IsEqualTo(2).Because(response);
        await Assert.That(told[0]).IsEqualTo(told[1]);
        if (isKept)
            await Assert.That(told[0]).IsEqualTo("from-client");
        else
            await Assert.That(Guid.Parse(told[0]).Version).IsEqualTo(7);
    }

    [Test]
    public async Task Each_request_has_its_own_and_one_inside_another_tells_the_outer_ones()
    {
        await using var upstream = Echo.Start();
        await using var orb = await OrbRun.Start(Echo.Around("""new RequestId {} new RequestId { header = "X-Trace" }""", Echo.Handler(upstream)));
        const string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        var first = await orb.Raw(request);
        var second = await orb.Raw(request);
        await Assert.That(Values(first, "X-Request-Id")).IsEquivalentTo(Values(first, "X-Trace"));
        await Assert.That(Values(first, "X-Request-Id")[0]).IsNotEqualTo(Values(second, "X-Request-Id")[0]);
    }

    private static List<string> Values(string message, string name) =>
        [.. message.Split("\r\n").Where(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 2)..])];
}
