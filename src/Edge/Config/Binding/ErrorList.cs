using System.Collections.Immutable;
using System.Text;
using Edge.Config.Diagnostics;
using Edge.Config.Evaluation;
using Edge.Config.Library;
using Edge.Config.Syntax;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>The errors of one configuration: each once, at the user's line, without secrets.</summary>
/// <param name="redaction">What must not be shown.</param>
/// <param name="path">The configuration file as the user named it.</param>
internal sealed class ErrorList(Redaction redaction, string path)
{
    // A user mends a few and runs again; a generated file that is wrong everywhere should not scroll for ever.
    private const int Maximum = 100;

    private const int MaximumNames = 24;

    // The schema's module is the only one that users name classes of: its name says nothing.
    private const string SchemaPrefix = "edge.serve.EdgeServer#";

    private const string UnknownType = "Cannot find type `";

    private readonly HashSet<ConfigurationError> _errors = [];

    public int Count => _errors.Count;

    /// <summary>In order of file and position.</summary>
    public ImmutableArray<ConfigurationError> ToImmutable() =>
        [.. _errors.OrderBy(e => e.Path, StringComparer.Ordinal).ThenBy(e => e.Line).ThenBy(e => e.Column)];

    public void Add(Place place, string message, string? advice = null) => Add(place.Where, message, advice);

    public void Add(Location where, string message, string? advice = null)
    {
        if (_errors.Count < Maximum)
            _errors.Add(Excerpt.At(where, DisplayName(where.Source), redaction.Mask(message), advice is null ? null : redaction.Mask(advice), redaction));
    }

    /// <summary>An error while a place's value was computed.</summary>
    public void Add(EvaluationException error, Place place)
    {
        var frame = error.Frames.FirstOrDefault(f => Definitions.IsUsers(f.Source));
        var where = frame.Source is null ? place.Where : new Location(frame.Source, frame.Span);
        if (error.IsUndefinedValue && frame.Source is null)
        {
            Add(place.Parent?.Where ?? where, $"`{place.Key}` is missing", place.Advice ?? $"add `{place.Key} = ...`");
            return;
        }
        var advice = AdviceOf(error, place);
        Add(where, MessageOf(error, place), advice);
    }

    /// <summary>An error before there was a place: in loading a module, or in the module's own beginning.</summary>
    public void Add(EvaluationException error, Location start)
    {
        var frame = error.Frames.FirstOrDefault(f => Definitions.IsUsers(f.Source));
        var where = frame.Source is null ? start : new Location(frame.Source, frame.Span);
        Add(where, MessageOf(error, null), HintOf(error));
    }

    /// <summary>A value as an error may show it; null if it is to be kept to oneself.</summary>
    public string? Show(Place place)
    {
        if (place.IsSecret || place.Value is not StringValue { FromEnvironment: false } text) return null;
        var shown = redaction.Mask(text.Value);
        return shown.Length <= 80 ? $"`{shown}`" : $"`{shown[..79]}…`";
    }

    // An imported file is named as the user would from where the configuration was named.
    private string DisplayName(SourceText source)
    {
        if (FileUri.PathOf(source.DisplayName) is not { } imported) return source.DisplayName;
        var relative = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(path))!, imported);
        return Path.Combine(Path.GetDirectoryName(path) ?? "", relative);
    }

    private static string MessageOf(EvaluationException error, Place? place)
    {
        var message = new StringBuilder(error.Headline.Replace(SchemaPrefix, "", StringComparison.Ordinal).TrimEnd());
        if (message.Length > 0 && message[^1] == '.' && !error.Headline.Contains('\n', StringComparison.Ordinal)) message.Length--;
        foreach (var value in error.Values)
            message.Append('\n').Append(value.Name).Append(": ").Append(place is { IsSecret: true } ? Secret.Mask : value.Text.Replace(SchemaPrefix, "", StringComparison.Ordinal));
        return message.ToString();
    }

    // The schema's advice is about the schema's types and constraints, which are the innermost frame when a value breaks them;
    // an error that arose elsewhere has a hint of its own.
    private static string? AdviceOf(EvaluationException error, Place place)
    {
        var isAboutSchema = (error.Headline.StartsWith("Expected value of type", StringComparison.Ordinal)
            || error.Headline.StartsWith("Type constraint", StringComparison.Ordinal))
            && error.Frames is [var innermost, ..] && !Definitions.IsUsers(innermost.Source);
        return (isAboutSchema ? place.Advice : null) ?? HintOf(error);
    }

    // Pkl's hints are a heading and a list, one a line; in an advice they are a sentence.
    private static string? HintOf(EvaluationException error)
    {
        if (error.Headline.StartsWith(UnknownType, StringComparison.Ordinal) && NearestClass(error.Headline) is { } near)
            return $"did you mean `{near}`?";
        if (error.Hint?.Replace(SchemaPrefix, "", StringComparison.Ordinal).Trim() is not { } hint) return null;
        var lines = hint.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2) return hint;
        var names = lines[1..].Select(n => n.StartsWith('`') ? n : $"`{n}`").ToArray();
        if (lines[0].StartsWith("Did you mean", StringComparison.Ordinal))
            return $"did you mean {string.Join(" or ", names)}?";
        if (lines[0].StartsWith("Available", StringComparison.Ordinal))
            return $"{char.ToLowerInvariant(lines[0][0])}{lines[0].AsSpan(1)} {string.Join(", ", names.Take(MaximumNames))}{(names.Length > MaximumNames ? ", ..." : "")}";
        return hint;
    }

    // A class of the schema whose name is nearly the unknown one.
    private static string? NearestClass(string headline)
    {
        var name = headline.AsSpan(UnknownType.Length);
        if (name.IndexOf('`') is not (> 0 and var end) || !PrebuiltModules.TryGet(PrebuiltModules.SchemaUri, out _, out var schema)) return null;
        return EditDistance.Nearest(name[..end].ToString(), schema.Members.OfType<ClassSyntax>().Select(c => c.Name.Text));
    }
}
