using System.Collections.Immutable;

namespace Edge.Orb;

/// <summary>
/// Whether requests should be sent here, and why not: named conditions, each with a reason while it does not hold.
/// A note says what is worth knowing but keeps nobody away. Safe to use from any thread.
/// </summary>
internal sealed class Readiness
{
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, string> _missing = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, string> _notes = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>No condition is missing.</summary>
    public bool IsReady => _missing.IsEmpty;

    /// <summary>The conditions that do not hold, each with its reason.</summary>
    public IReadOnlyDictionary<string, string> Missing => _missing;

    /// <summary>What is worth knowing, such as a name that is served with a self-signed certificate.</summary>
    public IReadOnlyDictionary<string, string> Notes => _notes;

    /// <param name="condition">Such as <c>server</c> or <c>network tailnet</c>.</param>
    /// <param name="reason">Why it does not hold; null: it holds.</param>
    public void Set(string condition, string? reason)
    {
        lock (_lock)
            _missing = reason is null ? _missing.Remove(condition) : _missing.SetItem(condition, reason);
    }

    /// <param name="subject">Such as <c>certificate www.example.com</c>.</param>
    /// <param name="text">What to know; null takes the note away.</param>
    public void Note(string subject, string? text)
    {
        lock (_lock)
            _notes = text is null ? _notes.Remove(subject) : _notes.SetItem(subject, text);
    }
}
