using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Io;
using Edge.Io.Http;
using Edge.Tests.Image;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Http;

/// <summary>One question over HTTP: what is asked and taken, and each way in which there is no answer.</summary>
public sealed class HttpAskerTests
{
    private static readonly Lazy<X509Certificate2Collection> s_noRoots = new(() => []);

    [Test]
    public async Task A_question_and_its_answer()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = new ScriptedHttp(_ => ScriptedHttp.Answer(409, "taken", "Retry-After: 7\r\nLocation: http://elsewhere.example/\r\n"));
        var answer = await new HttpAsker(server, s_noRoots).Ask(new HttpQuestion(HttpMethod.Post, new Uri("http://api.example:8080/a/b?c=d"))
        {
            Body = "{}"u8.ToArray(),
            Accept = "application/json",
            Authorization = "Bearer x",
        }, limit.Token);
        var seen = await server.Next(limit.Token);
        await Assert.That(seen.ToString()).IsEqualTo("POST /a/b?c=d {}");
        await Assert.That(string.Join(' ', seen.Fields["Host"], seen.Fields["Authorization"], seen.Fields["Content-Type"], seen.Fields["Accept"]))
            .IsEqualTo("api.example:8080 Bearer x application/json application/json");
        await Assert.That(string.Join(' ', server.Dialled)).IsEqualTo("api.example:8080");
        await Assert.That((answer.Status, Encoding.UTF8.GetString(answer.Body!.Value.Span), answer.RetryAfter)).IsEqualTo((HttpStatusCode.Conflict, "taken", TimeSpan.FromSeconds(7)));
    }

    [Test]
    [Arguments(9_999, true)]
    [Arguments(10_000, true)]
    [Arguments(10_001, false)]
    [Arguments(500_000, false)]
    public async Task A_body_is_taken_to_its_bound(int length, bool isTaken)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = new ScriptedHttp(_ => ScriptedHttp.Answer(200, new string('x', length)));
        var answer = await new HttpAsker(server, s_noRoots).Ask(new HttpQuestion(HttpMethod.Get, new Uri("http://api.example/")) { MostBytes = 10_000 }, limit.Token);
        await Assert.That(answer.Body?.Length).IsEqualTo(isTaken ? length : null);
    }

    [Test]
    public async Task A_server_that_never_answers_is_left()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = new ScriptedHttp(_ => null);
        var question = new HttpQuestion(HttpMethod.Get, new Uri("http://api.example/")) { Limit = TimeSpan.FromSeconds(0.25) };
        var failure = await Assert.That(async () => await new HttpAsker(server, s_noRoots).Ask(question, limit.Token)).Throws<IOException>();
        await Assert.That(failure!.Message).IsEqualTo("no whole answer within 0.25 s");
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "it closed the connection before its response was whole")]
    [Arguments("SSH-2.0-x\r\n", "what it sent is not an HTTP response")]
    public async Task What_is_no_whole_answer_is_said(string text, string expected)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var server = new ScriptedHttp(_ => text);
        var failure = await Assert.That(async () => await new HttpAsker(server, s_noRoots).Ask(new HttpQuestion(HttpMethod.Get, new Uri("http://api.example/")), limit.Token)).Throws<IOException>();
        await Assert.That(failure!.Message).IsEqualTo(expected);
    }

    [Test]
    public async Task A_private_authority_is_trusted_where_its_root_is_given_and_nowhere_else()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("api.example", DateTimeOffset.UtcNow.AddMonths(1));
        await using var server = new ScriptedHttp(_ => ScriptedHttp.Answer(204), certificate);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(authority.Pem);
        var question = new HttpQuestion(HttpMethod.Get, new Uri("https://api.example/"));
        await Assert.That((await new HttpAsker(server, new(roots)).Ask(question, limit.Token)).Status).IsEqualTo(HttpStatusCode.NoContent);
        var failure = await Assert.That(async () => await new HttpAsker(server, s_noRoots).Ask(question, limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Step).IsEqualTo(DialStep.Handshake);
        await Assert.That(failure.Message).Contains("its chain ends in no root");
    }

    [Test]
    public async Task A_question_does_not_print_what_is_secret_in_it()
    {
        var question = new HttpQuestion(HttpMethod.Post, new Uri("https://api.example/token?key=hidden")) { Authorization = "Bearer hidden", Body = "hidden"u8.ToArray() };
        await Assert.That(question.ToString()).IsEqualTo("POST https://api.example/token");
    }
}
