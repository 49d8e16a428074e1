using System.Diagnostics;
using System.Globalization;

namespace Edge.Interop;

/// <summary>Programs that the tests run and did not write.</summary>
internal static partial class Tools
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It did not exit with 0, or not in time.</exception>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await Try(program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {exitCode}\n{output}{error}");
    }

    public static async Task<(int ExitCode, string Output, string Error)> Try(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program) ?? program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: still running after {s_limit.TotalSeconds} s");
        }
        return (process.ExitCode, await output, await error);
    }

    /// <summary>What a process has resident, in KiB.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="field">Of proc(5), status: now, or <c>VmHWM</c> for the most ever.</param>
    public static long ResidentKiB(int process, string field = "VmRSS") => long.Parse(
        File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
            .Single(line => line.StartsWith($"{field}:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Waits until something is so; what is waited for happens in other programs, which tell nobody.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what, int seconds = 60)
    {
        var began = Stopwatch.StartNew();
        while (!await condition())
        {
            if (began.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException($"{what}: not within {seconds} s");
            await Task.Delay(50);
        }
    }
}
