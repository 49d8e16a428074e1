using System.Globalization;
using System.Text.Json.Serialization;
using Edge.Io;

namespace Edge.Cli;

/// <summary>What <c>edge check --system</c> was asked.</summary>
/// <param name="Url">A name to reach as well; http or https.</param>
/// <param name="Json">One JSON document instead of lines.</param>
internal sealed record SystemCheckOptions(Uri? Url = null, bool Json = false);

/// <summary><c>edge check --system</c>: checks the machine instead of a file.</summary>
internal static class SystemCheck
{
    /// <returns>0 when nothing failed (warnings may stand), else 1.</returns>
    public static async Task<int> Run(SystemCheckOptions options, TextWriter output, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        foreach (Finding finding in Machine.Findings())
            await Add(finding);
        if (options.Url is not null)
        {
            await foreach (Finding finding in new UrlCheck(options.Url, CaBundle.Find()).Run(cancellation))
                await Add(finding);
        }

        int failed = findings.Count(f => f.State == FindingState.Failed);
        if (options.Json)
            CliJson.Write(output, new SystemReport(failed == 0, [.. findings.Select(SystemReportCheck.Of)]), SystemReportJson.Default.SystemReport);
        return failed == 0 ? 0 : 1;

        // Lines are printed as they are found: who waits for an address sees which phase it is.
        async Task Add(Finding finding)
        {
            findings.Add(finding);
            if (options.Json)
                return;
            await output.WriteAsync(Text(finding));
            await output.FlushAsync(cancellation);
        }
    }

    internal static string Text(Finding finding)
    {
        string time = finding.Milliseconds is { } ms ? string.Create(CultureInfo.InvariantCulture, $" ({ms:0.0} ms)") : "";
        string line = $"{StateText(finding.State),-8} {finding.Name}: {finding.Detail}{time}\n";
        return finding.Advice is null ? line : $"{line}         {finding.Advice}\n";
    }

    internal static string StateText(FindingState state) => state switch
    {
        FindingState.Ok => "ok",
        FindingState.Warning => "warning",
        _ => "failed",
    };
}

/// <summary>The document of <c>--json</c>.</summary>
/// <param name="Ok">False when a check failed; warnings do not count.</param>
/// <param name="Checks">In the order of the text form.</param>
internal sealed record SystemReport(bool Ok, IReadOnlyList<SystemReportCheck> Checks);

/// <summary>One <see cref="Finding"/> of it; <c>state</c> is <c>ok</c>, <c>warning</c> or <c>failed</c>.</summary>
internal sealed record SystemReportCheck(string Name, string State, string Detail, string? Advice, double? Milliseconds)
{
    public static SystemReportCheck Of(Finding finding) =>
        new(finding.Name, SystemCheck.StateText(finding.State), finding.Detail, finding.Advice, finding.Milliseconds);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SystemReport))]
internal sealed partial class SystemReportJson : JsonSerializerContext;
