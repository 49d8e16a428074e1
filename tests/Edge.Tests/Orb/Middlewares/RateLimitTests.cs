using Edge.Orb;
using Edge.Orb.Middlewares;

namespace Edge.Tests.Orb.Middlewares;

public sealed class RateLimitTests
{
    [Test]
    public async Task So_many_requests_pass_and_the_next_is_told_when_to_come_again()
    {
        var clock = new StepClock();
        await using var orb = await OrbRun.Start(Echo.Around("new RateLimit { requests = 3; window = 1.h }", "handler = 204"), time: clock);
        for (var i = 0; i < 3; i++)
            await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 204 ");
        var refused = await Get(orb);
        await Assert.That(refused).StartsWith("HTTP/1.1 429 ");
        await Assert.That(int.Parse(refused.Split("Retry-After: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture)).IsBetween(1100, 1200);
        clock.Advance(TimeSpan.FromMinutes(20));
        await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 204 ");
        await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 429 ");
    }

    [Test]
    public async Task A_burst_is_smaller_and_the_status_another()
    {
        await using var orb = await OrbRun.Start(Echo.Around("new RateLimit { requests = 10; window = 1.h; burst = 1; status = 503 }", "handler = 204"));
        await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 204 ");
        await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 503 ").And.Contains("Retry-After: ");
    }

    [Test]
    public async Task A_header_field_names_the_client_and_without_it_the_address_does()
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new RateLimit { requests = 1; window = 1.h; key = "header"; header = "X-Api-Key" }""", "handler = 204"));
        foreach (var (field, status) in new[] { ("X-Api-Key: a\r\n", 204), ("X-Api-Key: b\r\n", 204), ("x-api-key: a\r\n", 429), ("", 204), ("", 429), ("X-Api-Key: c\r\n", 204) })
            await Assert.That(await Get(orb, field)).StartsWith($"HTTP/1.1 {status} ").Because(field);
    }

    [Test]
    public async Task A_login_names_the_client_wherever_it_comes_from()
    {
        foreach (var isLater in new[] { false, true })
        {
            var callers = new KnownCallers(new Identity { Login = "joe@example.com" }, isLater);
            await using var orb = await OrbRun.Start(Echo.Around("""new RateLimit { requests = 1; window = 1.h; key = "login" } new TailscaleAuth { required = true }""", "handler = 204"),
                change: options => options with { Identities = callers });
            await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 204 ");
            await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 429 ");
            await Assert.That(callers.Asked.Count).IsEqualTo(2);
        }
    }

    [Test]
    public async Task Who_is_idle_longest_is_forgotten_first_and_who_is_full_again_at_once()
    {
        var clock = new StepClock();
        var rates = new RequestRates(perSecond: 0.001, burst: 1, most: 3, clock);
        for (var client = 1; client <= 3; client++)
            await Assert.That(rates.TryTake((UInt128)client, out _)).IsTrue();
        // One is asked for again, so that two is the oldest when four comes.
        await Assert.That(rates.TryTake(1, out _)).IsFalse();
        await Assert.That(rates.TryTake(4, out _)).IsTrue();
        await Assert.That((rates.Count, rates.TryTake(1, out _), rates.TryTake(3, out _))).IsEqualTo((3, false, false));
        await Assert.That(rates.TryTake(2, out _)).IsTrue();
        clock.Advance(TimeSpan.FromHours(1));
        await Assert.That(rates.TryTake(9, out _)).IsTrue();
        await Assert.That(rates.TryTake(9, out _)).IsFalse();
        await Assert.That(rates.Count).IsLessThanOrEqualTo(1);
    }

    /// <summary>Against the definition, written down anew: a client may take at most its burst and what has come back since it began.</summary>
    [Test]
    public async Task No_client_ever_gets_more_than_its_share_nor_less_than_its_due()
    {
        var random = new Random(1);
        var clock = new ManualClock();
        var rates = new RequestRates(perSecond: 2, burst: 5, most: 100, clock);
        var models = new double[10];
        var at = new double[10];
        Array.Fill(models, 5);
        for (var i = 0; i < 20_000; i++)
        {
            clock.Now += random.Next(0, 100);
            var client = random.Next(10);
            models[client] = Math.Min(5, models[client] + ((clock.Now - at[client]) / 1000.0 * 2));
            at[client] = clock.Now;
            // Where the two could differ by a rounding alone, nothing is said.
            if (Math.Abs(models[client] - 1) < 1e-6)
            {
                if (rates.TryTake((UInt128)(uint)client, out _))
                    models[client] -= 1;
                continue;
            }
            var isDue = models[client] > 1;
            if (rates.TryTake((UInt128)(uint)client, out var wait) != isDue)
                Assert.Fail($"step {i}");
            if (isDue)
                models[client] -= 1;
            else if (Math.Abs(wait.TotalSeconds - ((1 - models[client]) / 2)) > 1e-3)
                Assert.Fail($"step {i}: {wait}");
        }
        await Assert.That(rates.Count).IsLessThanOrEqualTo(10);
    }

    private static Task<string> Get(OrbRun orb, string field = "") => orb.Raw($"GET / HTTP/1.1\r\nHost: x\r\n{field}Connection: close\r\n\r\n");

    private sealed class ManualClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Now;
    }
}
