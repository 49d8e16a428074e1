using System.Collections.Immutable;
using Edge.Config.Diagnostics;
using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Config.Binding;

/// <summary>The errors of one configuration: each once, at the user's line, without secrets.</summary>
/// <param name="redaction">What must not be shown.</param>
/// <param name="path">The configuration file as the user named it.</param>
internal sealed class ErrorList(Redaction redaction, string path)
{
    // A user mends a few and runs again; a generated file that is wrong everywhere should not scroll for ever.
    private const int Maximum = 100;

    private readonly HashSet<ConfigurationError> _errors = [];

    public int Count => _errors.Count;

    /// <summary>In order of file and position.</summary>
    public ImmutableArray<ConfigurationError> ToImmutable() =>
        [.. _errors.OrderBy(e => e.Path, StringComparer.Ordinal).ThenBy(e => e.Line).ThenBy(e => e.Column)];

    public void Add(Place place, string message, string? advice = null) => Add(place.Where, message, advice);

    public void Add(Location where, string message, string? advice = null)
    {
        if (_errors.Count < Maximum)
            _errors.Add(Excerpt.At(
                where, DisplayName(where.Source), redaction.Mask(ErrorWords.WithoutStop(message)), advice is null ? null : redaction.Mask(advice), redaction));
    }

    /// <summary>An error in another file that the configuration names, as that file's reader has put it.</summary>
    public void Add(ConfigurationError error)
    {
        if (_errors.Count < Maximum)
            _errors.Add(error);
    }

    /// <summary>An error while a place's value was computed.</summary>
    public void Add(EvaluationException error, Place place)
    {
        var where = UsersFrame(error) ?? place.Where;
        if (error.IsUndefinedValue && UsersFrame(error) is null)
            Add(place.Parent?.Where ?? where, $"`{place.Key}` is missing", place.Advice ?? $"add `{place.Key} = ...`");
        else
            Add(where, ErrorWords.Message(error, place), ErrorWords.Advice(error, place));
    }

    /// <summary>An error that belongs to no place: in loading a module, or in an object as a whole.</summary>
    public void Add(EvaluationException error, Location start) =>
        Add(UsersFrame(error) ?? start, ErrorWords.Message(error, null), ErrorWords.Advice(error, null));

    public void Add(SyntaxException error) => Add(new Location(error.Text, error.Span), error.Headline, error.Advice);

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

    // The innermost place in a user's file. Where a value does not belong to a type of the user's own, the value's place is asked for
    // rather than the type's.
    private static Location? UsersFrame(EvaluationException error)
    {
        Location? type = null;
        for (var i = 0; i < error.Frames.Length; i++)
        {
            var frame = error.Frames[i];
            if (!Definitions.IsUsers(frame.Source)) continue;
            var where = new Location(frame.Source, frame.Span);
            if (i > 0 || !error.IsTypeMismatch) return where;
            type = where;
        }
        return type;
    }
}
