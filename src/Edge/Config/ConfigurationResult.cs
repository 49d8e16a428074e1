using System.Collections.Immutable;
using Edge.Config.Binding;
using Edge.Config.Diagnostics;
using Edge.Config.Evaluation;
using Edge.Foundation.Configuration;

namespace Edge.Config;

/// <summary>A configuration, or what is wrong with it: exactly one of the two.</summary>
internal sealed class ConfigurationResult
{
    private ConfigurationResult()
    {
    }

    /// <summary>Null if there are errors.</summary>
    public EdgeServer? Configuration { get; private init; }

    /// <summary>In order of file and position; empty if there is a configuration.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; private init; } = [];

    /// <summary>What the configuration was made of, for those who print it.</summary>
    internal EvaluatedConfiguration? Evaluated { get; private init; }

    internal static ConfigurationResult Of(EdgeServer configuration, EvaluatedConfiguration evaluated) =>
        new() { Configuration = configuration, Evaluated = evaluated };

    internal static ConfigurationResult Of(ImmutableArray<ConfigurationError> errors) => new() { Errors = errors };
}

/// <summary>The evaluated module, what the binder inferred, and what must not be shown.</summary>
internal sealed record EvaluatedConfiguration(
    Evaluator Evaluator,
    ObjectValue Module,
    IReadOnlyDictionary<(ObjectValue Object, string Property), Value> Inferred,
    Redaction Redaction);
