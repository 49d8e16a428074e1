using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Edge.Bench.Http;

/// <summary>What one run of a load generator came to.</summary>
/// <param name="RequestsPerSecond">Answered with success.</param>
/// <param name="P99Milliseconds">The time within which 99 of 100 were answered; null where the tool does not tell.</param>
/// <param name="PeakResidentKiB">The most that the server had resident meanwhile.</param>
internal sealed partial record Load(double RequestsPerSecond, double? P99Milliseconds, long PeakResidentKiB)
{
    private const int Connections = 32;
    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>HTTP/1.1 over kept connections: <c>wrk</c> with one thread, since it shares the machine with what it measures.</summary>
    public static Load Http1(ServerProcess server, Uri url, int seconds)
    {
        var (text, peak) = Run(server, "wrk", ["-t1", $"-c{Connections}", $"-d{seconds}s", "--timeout", "20s", "--latency", url.ToString()]);
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"{url}: {text}");
        var p99 = Latency().Match(text);
        return new Load(Number(Rate().Match(text).Groups[1].Value), Number(p99.Groups[1].Value) * UnitInMilliseconds(p99.Groups[2].Value), peak);
    }

    /// <summary>HTTP/2: <c>h2load</c> with one thread and one stream a connection, as large bodies want it.</summary>
    public static Load Http2(ServerProcess server, Uri url, int seconds) => Http2(server, url, seconds, streams: 1);

    /// <summary>The same with ten streams a connection.</summary>
    public static Load Http2Streams(ServerProcess server, Uri url, int seconds) => Http2(server, url, seconds, streams: 10);

    private static Load Http2(ServerProcess server, Uri url, int seconds, int streams)
    {
        var (text, peak) = Run(server, "h2load", ["-t1", $"-c{Connections}", $"-m{streams}", $"-D{seconds}", "--warm-up-time=1", url.ToString()]);
        var finished = Finished().Match(text);
        if (!finished.Success || !Failures().IsMatch(text) || Number(finished.Groups[1].Value) == 0)
            throw new InvalidOperationException($"{url}: {text}");
        return new Load(Number(finished.Groups[1].Value), null, peak);
    }

    private static (string Text, long Peak) Run(ServerProcess server, string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        while (!process.WaitForExit(s_sampleEvery))
            peak = Math.Max(peak, server.ResidentKiB());
        return (text.GetAwaiter().GetResult(), peak);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double UnitInMilliseconds(string unit) => unit switch
    {
        "us" => 0.001,
        "ms" => 1,
        _ => 1000,
    };

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Latency();

    [GeneratedRegex(@"finished in [^,]+, ([\d.]+) req/s")]
    private static partial Regex Finished();

    [GeneratedRegex(@" 0 failed, 0 errored")]
    private static partial Regex Failures();
}
