using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Edge.Admin;
using Edge.Admin.Metrics;
using Edge.Io;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Admin;

/// <summary>The page /metrics: its form, and that its numbers are those of what happened.</summary>
public sealed class MetricsTests
{
    [Test]
    public async Task Requests_are_counted_by_block_method_and_class_of_status()
    {
        using var folder = new TemporaryFolder();
        await using var run = await AdminRun.Start("""servers { [":8080"] { routes { new { match = "/"; handler = 200 } } } }""", new AdminConfiguration(), folder.Path);
        using (var client = run.Client())
        {
            for (var i = 0; i < 3; i++)
                (await client.GetAsync("/")).Dispose();
            (await client.PostAsync("/nowhere", null)).Dispose();
            (await client.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), "/"))).Dispose();
        }
        // A request is counted when its response is sent: its client may be quicker.
        var page = await Page(run, "edge_http_requests_under_way 0\n", "_count{server=\":8080\"} 5\n");
        await Assert.That(page).Contains("# TYPE edge_http_requests_total counter\n");
        await Assert.That(page).Contains("edge_http_requests_total{server=\":8080\",method=\"GET\",status=\"2xx\"} 3\n");
        await Assert.That(page).Contains("edge_http_requests_total{server=\":8080\",method=\"POST\",status=\"4xx\"} 1\n");
        await Assert.That(page).Contains("edge_http_requests_total{server=\":8080\",method=\"other\",status=\"2xx\"} 1\n");
        await Assert.That(page).Contains("# TYPE edge_http_request_duration_seconds histogram\n");
        await Assert.That(page).Contains("edge_http_request_duration_seconds_bucket{server=\":8080\",le=\"+Inf\"} 5\n");
        await Assert.That(page).Contains("edge_http_request_duration_seconds_count{server=\":8080\"} 5\n");
        await Assert.That(page).Contains("edge_build_info{version=\"1.2.3\",commit=\"abc\",runtime=\".NET 10.");
    }

    [Test]
    public async Task Open_connections_and_requests_under_way_are_told_while_they_are()
    {
        using var folder = new TemporaryFolder();
        using var upstream = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        var address = upstream.LocalEndpoint;
        await using var run = await AdminRun.Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{address}}" } } } }""", new AdminConfiguration(), folder.Path);
        using var client = run.Client();
        var request = client.GetAsync("/");
        using var socket = await upstream.AcceptSocketAsync();
        var page = await Page(run, "\nedge_http_requests_under_way 1\n");
        await Assert.That(page).Contains("\nedge_connections 1\n");
        await Assert.That(page).Contains($"\nedge_upstream_requests_under_way{{upstream=\"http://{address}\"}} 1\n");
        await Assert.That(page).Contains($"\nedge_upstream_healthy{{upstream=\"http://{address}\"}} 1\n");
        // One that was asked for beside it, and might be tried next, is refused as well.
        upstream.Stop();
        socket.Close();
        using var response = await request;
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.BadGateway);
        await Page(run, $"\nedge_upstream_failures_total{{upstream=\"http://{address}\"}} 1\n");
    }

    [Test]
    public async Task Every_line_has_the_form_that_prometheus_reads()
    {
        using var folder = new TemporaryFolder();
        await using var run = await AdminRun.Start("""servers { ["a \"quoted\" \\ label"] { listen { ":8080" } handler = 200 } }""", new AdminConfiguration(), folder.Path);
        using (var client = run.Client())
            (await client.GetAsync("/")).Dispose();
        var page = await Page(run, "server=\"a \\\"quoted\\\" \\\\ label\"");
        var types = new Dictionary<string, string>();
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                continue;
            if (Regex.Match(line, "^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$") is { Success: true } type)
            {
                await Assert.That(types.TryAdd(type.Groups[1].Value, type.Groups[2].Value)).IsTrue().Because(line);
                continue;
            }
            var sample = Regex.Match(line, """^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,|(?=\})))*\})? (\S+)$""");
            await Assert.That(sample.Success).IsTrue().Because(line);
            await Assert.That(double.TryParse(sample.Groups[6].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)).IsTrue().Because(line);
            var name = Regex.Replace(sample.Groups[1].Value, "_(bucket|sum|count)$", "");
            await Assert.That(types.ContainsKey(sample.Groups[1].Value) || types.GetValueOrDefault(name) == "histogram").IsTrue().Because(line);
        }
        foreach (var name in new[]
        {
            "process_resident_memory_bytes", "process_cpu_seconds_total", "process_threads", "process_open_fds", "process_start_time_seconds",
            "dotnet_gc_collections_total", "dotnet_gc_pause_seconds_total", "dotnet_gc_heap_bytes", "dotnet_threadpool_threads",
        })
            await Assert.That(types.ContainsKey(name)).IsTrue().Because(name);
        await Assert.That(Value(page, "process_resident_memory_bytes")).IsGreaterThan(1_000_000);
        await Assert.That(Value(page, "process_threads")).IsGreaterThan(1);
    }

    [Test]
    public async Task Each_kind_of_instrument_becomes_what_it_is()
    {
        using var meter = new Meter("test");
        using var another = new Meter("test");
        using var page = new MetricsPage(meter, new BuildIdentity("1", ""), TimeProvider.System);
        meter.CreateCounter<long>("a.count").Add(2, new KeyValuePair<string, object?>("kind", "x"));
        var sum = meter.CreateCounter<double>("a.time", "s", "Time.\nAll of it.");
        sum.Add(0.5);
        sum.Add(0.25);
        var level = meter.CreateUpDownCounter<int>("a.level");
        level.Add(5);
        level.Add(-2);
        meter.CreateGauge<long>("a.gauge", "By").Record(7);
        var present = true;
        meter.CreateObservableGauge("a.seen", () => present ? [new Measurement<int>(1)] : Array.Empty<Measurement<int>>());
        var histogram = meter.CreateHistogram("a.size", "By", "Sizes.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        foreach (var value in new[] { 0.5, 1, 5, 50 })
            histogram.Record(value);
        another.CreateCounter<long>("not.ours").Add(1);

        var text = page.Text();
        await Assert.That(text).Contains("# TYPE a_count_total counter\na_count_total{kind=\"x\"} 2\n");
        await Assert.That(text).Contains("# HELP a_time_seconds_total Time.\\nAll of it.\n# TYPE a_time_seconds_total counter\na_time_seconds_total 0.75\n");
        await Assert.That(text).Contains("# TYPE a_level gauge\na_level 3\n");
        await Assert.That(text).Contains("# TYPE a_gauge_bytes gauge\na_gauge_bytes 7\n");
        await Assert.That(text).Contains("a_seen 1\n");
        await Assert.That(text).Contains("a_size_bytes_bucket{le=\"1\"} 2\na_size_bytes_bucket{le=\"10\"} 3\na_size_bytes_bucket{le=\"+Inf\"} 4\na_size_bytes_sum 56.5\na_size_bytes_count 4\n");
        await Assert.That(text).DoesNotContain("not_ours");
        present = false;
        await Assert.That(page.Text()).DoesNotContain("a_seen");
    }

    [Test]
    public async Task What_many_threads_add_is_all_there()
    {
        using var meter = new Meter("test");
        using var page = new MetricsPage(meter, new BuildIdentity("1", ""), TimeProvider.System);
        var counter = meter.CreateCounter<long>("n");
        var histogram = meter.CreateHistogram<double>("h");
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 5000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("k", i % 7));
                histogram.Record(0.5);
            }
        });
        var text = page.Text();
        await Assert.That(Regex.Matches(text, "^n_total\\{.*\\} (\\d+)$", RegexOptions.Multiline).Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))).IsEqualTo(40_000);
        await Assert.That(text).Contains("h_sum 20000\nh_count 40000\n");
    }

    [Test]
    public async Task Tags_without_end_do_not_grow_it_without_end()
    {
        using var meter = new Meter("test");
        using var page = new MetricsPage(meter, new BuildIdentity("1", ""), TimeProvider.System);
        var counter = meter.CreateCounter<long>("n");
        for (var i = 0; i < 5000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("k", i));
        await Assert.That(Regex.Count(page.Text(), "^n_total", RegexOptions.Multiline)).IsEqualTo(2000);
    }

    private static double Value(string page, string name) =>
        double.Parse(Regex.Match(page, $"^{name} (\\S+)$", RegexOptions.Multiline).Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The page, as soon as it has these texts.</summary>
    private static async Task<string> Page(AdminRun run, params string[] texts)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var dialler = new Dialler(new SystemResolver(), TimeProvider.System);
        while (true)
        {
            var answer = await AdminClient.Get(run.Private.Address, "/metrics", dialler, CancellationToken.None).WaitAsync(OrbRun.Limit);
            if (texts.All(text => answer.Text.Contains(text, StringComparison.Ordinal)))
                return answer.Text;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"it never said {string.Join(", ", texts)}: {answer.Text}");
        }
    }
}
