using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Orb.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Middlewares;

public sealed class TailscaleAuthTests
{
    private static readonly Identity s_joe = new() { Login = "joe@example.com", Name = "Joe Doe", ProfilePicture = "https://pics.example.com/joe" };
    private static readonly Identity s_machine = new() { Tags = ["tag:ci", "tag:web"] };

    [Test]
    [Arguments("", "joe", 200)]
    [Arguments("", "nobody", 200)]
    [Arguments("required = true", "joe", 200)]
    [Arguments("required = true", "machine", 200)]
    [Arguments("required = true", "nobody", 403)]
    [Arguments("""allow { "joe@example.com" }""", "joe", 200)]
    [Arguments("""allow { "JOE@example.com" }""", "joe", 200)]
    [Arguments("""allow { "*@example.com" }""", "joe", 200)]
    [Arguments("""allow { "*@example.org" }""", "joe", 403)]
    [Arguments("""allow { "*@example.com" }""", "machine", 403)]
    [Arguments("""allow { "tag:ci" }""", "machine", 200)]
    [Arguments("""allow { "tag:web" }""", "machine", 200)]
    [Arguments("""allow { "tag:c" }""", "machine", 403)]
    [Arguments("""allow { "tag:ci" }""", "joe", 403)]
    [Arguments("""allow { "*" }""", "nobody", 403)]
    [Arguments("""allow { "*@example.com" } required = false""", "nobody", 403)]
    public async Task A_caller_passes_by_login_domain_or_tag(string properties, string caller, int status)
    {
        foreach (var isLater in new[] { false, true })
        {
            var callers = new KnownCallers(caller switch { "joe" => s_joe, "machine" => s_machine, _ => null }, isLater);
            await using var orb = await OrbRun.Start(Echo.Around($"new TailscaleAuth {{ {properties} }}", "handler = 200"), change: options => options with { Identities = callers });
            await Assert.That(await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nTailscale-User-Login: joe@example.com\r\nConnection: close\r\n\r\n")).StartsWith($"HTTP/1.1 {status} ");
            await Assert.That(callers.Asked.Single().Caller.Address).IsEqualTo(IpAddress.V4(0x7f000001));
            await Assert.That(callers.Asked[0].Origin).IsEqualTo(ConnectionOrigin.Public.Instance);
        }
    }

    [Test]
    public async Task The_handler_is_told_who_it_is_in_serves_own_fields()
    {
        var head = await Head(s_joe, "new TailscaleAuth {}");
        await Assert.That(head).Contains("Tailscale-User-Login: joe@example.com\r\n").And.Contains("Tailscale-User-Name: Joe Doe\r\n")
            .And.Contains("Tailscale-User-Profile-Pic: https://pics.example.com/joe\r\n").And.Contains("Tailscale-Headers-Info: https://tailscale.com/s/serve-headers\r\n");
        await Assert.That(await Head(s_joe, "new TailscaleAuth { headers = false }")).DoesNotContain("Tailscale-User");
        await Assert.That(await Head(s_machine, "new TailscaleAuth {}")).DoesNotContain("Tailscale-User");
        await Assert.That(await Head(null, "new TailscaleAuth {}")).DoesNotContain("Tailscale-User");
    }

    [Test]
    public async Task Funnels_callers_are_nobody_pass_and_are_told_as_such()
    {
        var callers = new KnownCallers(s_joe);
        var reached = false;
        var auth = TailscaleAuthMiddleware.Compile(new TailscaleAuth { Allow = ["*@example.com"] }, Services(callers), _ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        context.Features.Set<ConnectionOrigin>(new ConnectionOrigin.Funnel("tailnet"));
        await auth(context);
        await Assert.That(reached).IsTrue();
        await Assert.That(callers.Asked).IsEmpty();
        await Assert.That(context.Request.Headers["Tailscale-Funnel-Request"].ToString()).IsEqualTo("?1");
        await Assert.That(context.Request.Headers.Count).IsEqualTo(1);
    }

    /// <summary>What Go's <c>mime.QEncoding</c> makes of them, which Tailscale Serve calls: RFC 2047's form <c>Q</c>.</summary>
    [Test]
    [Arguments("Joe", "Joe")]
    [Arguments("Jöe", "=?utf-8?q?J=C3=B6e?=")]
    [Arguments("¡Hola, señor!", "=?utf-8?q?=C2=A1Hola,_se=C3=B1or!?=")]
    [Arguments("é=?_", "=?utf-8?q?=C3=A9=3D=3F=5F?=")]
    [Arguments("日本語日本語日本語日", "=?utf-8?q?=E6=97=A5=E6=9C=AC=E8=AA=9E=E6=97=A5=E6=9C=AC=E8=AA=9E=E6=97=A5?= =?utf-8?q?=E6=9C=AC=E8=AA=9E=E6=97=A5?=")]
    public async Task Names_that_are_not_ascii_are_encoded_words(string text, string expected) =>
        await Assert.That(EncodedWord.Of(text)).IsEqualTo(expected);

    private static async Task<string> Head(Identity? caller, string middleware)
    {
        await using var upstream = Echo.Start();
        await using var orb = await OrbRun.Start(Echo.Around(middleware, Echo.Handler(upstream)), change: options => options with { Identities = new KnownCallers(caller) });
        return await orb.Raw("GET / HTTP/1.1\r\nHost: x\r\nTailscale-User-Name: Mallory\r\nConnection: close\r\n\r\n");
    }

    private static OrbServices Services(IIdentitySource identities) => new()
    {
        Time = TimeProvider.System,
        Logs = new OrbRun.LogLines(),
        Dialler = null!,
        Meter = null!,
        Stopping = default,
        Readiness = new Readiness(),
        Identities = identities,
    };
}
