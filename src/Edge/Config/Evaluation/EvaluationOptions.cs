namespace Edge.Config.Evaluation;

/// <summary>What an evaluation may see and use.</summary>
internal sealed record EvaluationOptions
{
    public EvaluationLimits Limits { get; init; } = EvaluationLimits.Default;

    /// <summary>The folder that imports and reads of files stay in; null for the main module's own.</summary>
    public string? Root { get; init; }

    /// <summary>An environment variable's value, or null where there is none.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>What <c>read("prop:NAME")</c> gives.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>What the main module amends if it says neither <c>amends</c> nor <c>extends</c>; null for nothing.</summary>
    public string? DefaultParent { get; init; }

    /// <summary>
    /// Receives the error where a property is set that its class does not have; the property then counts for nothing. Null to fail,
    /// as Pkl does. For those who want to know all that is wrong with an object.
    /// </summary>
    public Action<EvaluationException>? UnknownProperty { get; init; }

    /// <summary>Receives each line of <c>trace()</c>.</summary>
    public Action<string> Trace { get; init; } = static _ => { };
}
