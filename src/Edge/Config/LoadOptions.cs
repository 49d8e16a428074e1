using Edge.Config.Evaluation;

namespace Edge.Config;

/// <summary>What a configuration may see and use while it is loaded.</summary>
internal sealed record LoadOptions
{
    /// <summary>An environment variable's value, or null where it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Bounds of time and size.</summary>
    public EvaluationLimits Limits { get; init; } = EvaluationLimits.Default;

    /// <summary>Reads the wg-quick files that networks name, by their absolute paths; null: they are not looked at, and what they say is missing.</summary>
    public Func<string, WireGuardFile>? WireGuardFiles { get; init; }

    /// <summary>Receives each line of <c>trace(...)</c>.</summary>
    public Action<string> Trace { get; init; } = static _ => { };
}
