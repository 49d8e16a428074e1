using System.Text;
using System.Text.Json;
using Edge.Foundation.Configuration;
using Edge.Orb;
using Edge.Orb.Middlewares;

namespace Edge.Tests.Orb.Middlewares;

public sealed class BasicAuthTests
{
    private static readonly JsonElement[] s_hashes = Hashes();

    [Test]
    [Arguments("joe:secret", 200)]
    [Arguments("eve:with:colons", 200)]
    [Arguments("Zoë:grün", 200)]
    [Arguments("joe:Secret", 401)]
    [Arguments("joe:secret ", 401)]
    [Arguments("joe:", 401)]
    [Arguments("Joe:secret", 401)]
    [Arguments("eve:secret", 401)]
    [Arguments("nobody:secret", 401)]
    [Arguments("joesecret", 401)]
    [Arguments("", 401)]
    public async Task A_name_and_its_password_pass(string credentials, int status)
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new BasicAuth { realm = "Edge\\Test"; users { ["joe"] = "secret"; ["eve"] = "with:colons"; ["Zoë"] = "grün" } }""", "handler = new Respond {}"));
        var response = await Get(orb, $"Authorization: bAsIc {Encoded(credentials)}");
        await Assert.That(response).StartsWith($"HTTP/1.1 {status} ");
        await Assert.That(response.Contains("WWW-Authenticate: Basic realm=\"Edge\\\\Test\", charset=\"UTF-8\"\r\n", StringComparison.Ordinal)).IsEqualTo(status == 401);
    }

    [Test]
    [Arguments("")]
    [Arguments("Authorization: Bearer am9lOnNlY3JldA==")]
    [Arguments("Authorization: Basic")]
    [Arguments("Authorization: Basic am9lOnNlY3JldA=")]
    [Arguments("Authorization: Basic am9l OnNlY3JldA==x")]
    [Arguments("Authorization: am9lOnNlY3JldA==")]
    [Arguments("Authorization: Basic am9lOnNlY3JldA==\r\nAuthorization: Basic am9lOnNlY3JldA==")]
    [Arguments("Authorization: Basic am9lOnNlY3JldA==, Basic am9lOnNlY3JldA==")]
    [Arguments("Proxy-Authorization: Basic am9lOnNlY3JldA==")]
    public async Task What_is_not_exactly_one_name_and_password_does_not(string field)
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new BasicAuth { users { ["joe"] = "secret" } }""", "handler = 200"));
        await Assert.That(await Get(orb, field)).StartsWith("HTTP/1.1 401 ");
    }

    /// <summary>The hashes are the reference implementation's: see tests/vectors/argon2.</summary>
    [Test]
    public async Task Hashes_of_Argon2id_are_passwords_too()
    {
        var users = string.Join("; ", s_hashes.Select((vector, i) => $"[\"user-{i}\"] = \"{vector.GetProperty("hash").GetString()}\""));
        await using var orb = await OrbRun.Start(Echo.Around($"new BasicAuth {{ users {{ {users}; [\"plain\"] = \"plain\" }} }}", "handler = 204"));
        for (var i = 0; i < s_hashes.Length; i++)
        {
            var password = s_hashes[i].GetProperty("password").GetString();
            // The second time it is remembered.
            for (var round = 0; round < 2; round++)
                await Assert.That(await Get(orb, $"Authorization: Basic {Encoded($"user-{i}:{password}")}")).StartsWith("HTTP/1.1 204 ");
            await Assert.That(await Get(orb, $"Authorization: Basic {Encoded($"user-{i}:{password}x")}")).StartsWith("HTTP/1.1 401 ");
        }
        // What is right for one is not for another, nor for a name that nobody has, although a hash is computed for it.
        var first = s_hashes[0].GetProperty("password").GetString();
        foreach (var (credentials, status) in new[] { ($"user-2:{first}", 401), ($"nobody:{first}", 401), ($"plain:{first}", 401), ("plain:plain", 204) })
            await Assert.That(await Get(orb, $"Authorization: Basic {Encoded(credentials)}")).StartsWith($"HTTP/1.1 {status} ");
        // A hash is no password.
        await Assert.That(await Get(orb, $"Authorization: Basic {Encoded($"user-0:{s_hashes[0].GetProperty("hash").GetString()}")}")).StartsWith("HTTP/1.1 401 ");
    }

    [Test]
    public async Task What_was_right_is_remembered_for_a_minute_and_for_its_user_only()
    {
        var clock = new StepClock();
        var user = new StoredPassword("joe", new Secret(s_hashes[0].GetProperty("hash").GetString()!), new byte[32], clock);
        await Assert.That(user.IsRemembered("correct horse"u8)).IsFalse();
        user.Remember("correct horse"u8);
        await Assert.That(user.IsRemembered("correct horse"u8)).IsTrue();
        await Assert.That(user.IsRemembered("correct horsf"u8)).IsFalse();
        clock.Advance(TimeSpan.FromSeconds(61));
        await Assert.That(user.IsRemembered("correct horse"u8)).IsFalse();
    }

    [Test]
    public async Task A_few_are_verified_at_once_some_wait_and_the_rest_is_turned_away()
    {
        using var release = new ManualResetEventSlim();
        var running = 0;
        var most = 0;
        using var work = new PasswordWork(2, waiting: 3, (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            release.Wait(OrbRun.Limit);
            Interlocked.Decrement(ref running);
            return true;
        });
        var verifying = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() => work.Verify("", default, default).AsTask(), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref running) == 2, OrbRun.Limit);
        var waiting = Enumerable.Range(0, 3).Select(_ => work.Verify("", default, default).AsTask()).ToList();
        await Assert.That(await work.Verify("", default, default)).IsNull();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        release.Set();
        foreach (var verdict in await Task.WhenAll([.. verifying, .. waiting]).WaitAsync(OrbRun.Limit))
            await Assert.That(verdict).IsTrue();
        await Assert.That(most).IsEqualTo(2);
        await Assert.That(await work.Verify("", default, default)).IsTrue();
        await Assert.That(async () => { await work.Verify("", default, gone.Token); }).Throws<OperationCanceledException>();
        await Assert.That(await work.Verify("", default, default)).IsTrue();
    }

    [Test]
    [Arguments("$2y$10$abcdefghijklmnopqrstuv", "is a hash of another kind than Argon2id")]
    [Arguments("$argon2i$v=19$m=256,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4", "is a hash of another kind than Argon2id")]
    [Arguments("$argon2id$v=19$m=256,t=1", "begins like a hash of Argon2id and is none")]
    [Arguments("$argon2id$v=19$m=1048576,t=3,p=4$c29tZXNhbHQ$Dzcd8BJ8E0h068eHoL70u9LUM60hHmxoJpib/Ik9h0M", "takes too much to verify: 1048576 KiB, 3 passes, 4 lanes")]
    public async Task A_password_that_nobody_could_enter_is_refused_at_start_and_not_shown(string password, string message)
    {
        var failure = await Assert.That(async () => { await OrbRun.Start(Echo.Around($"new BasicAuth {{ users {{ [\"joe\"] = \"{password}\" }} }}", "handler = 200")); }).Throws<OrbException>();
        await Assert.That(failure!.Message).Contains("`joe`").And.Contains(message).And.DoesNotContain(password);
    }

    private static JsonElement[] Hashes()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", "argon2", "hashes.json")));
        return [.. document.RootElement.Clone().GetProperty("argon2id").EnumerateArray()];
    }

    private static string Encoded(string credentials) => Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private static Task<string> Get(OrbRun orb, string field) => orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\n{field}{(field.Length > 0 ? "\r\n" : "")}Connection: close\r\n\r\n");
}
