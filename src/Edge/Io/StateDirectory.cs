namespace Edge.Io;

/// <summary>Where keys and the cached netmap are kept: a folder, or memory where none is named.</summary>
/// <param name="Path">The folder; null for memory.</param>
/// <param name="Origin">The variable that named it; empty when none did.</param>
internal sealed record StateDirectory(string? Path, string Origin)
{
    /// <summary>The name by which configurations ask for memory.</summary>
    public const string Memory = "mem:";

    /// <summary><c>TS_STATE_DIR</c>, else <c>$XDG_STATE_HOME/edge</c>, else <c>$HOME/.local/state/edge</c>, else memory.</summary>
    public static StateDirectory Find(Func<string, string?> environment)
    {
        if (environment("TS_STATE_DIR") is { Length: > 0 } named)
            return new(named == Memory ? null : named, "TS_STATE_DIR");
        // XDG Base Directory Specification 0.8: "If an implementation encounters a relative path ... it should ... ignore it."
        if (environment("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathRooted(state))
            return new(System.IO.Path.Combine(state, "edge"), "XDG_STATE_HOME");
        if (environment("HOME") is { Length: > 0 } home && System.IO.Path.IsPathRooted(home))
            return new(System.IO.Path.Combine(home, ".local", "state", "edge"), "HOME");
        return new(null, "");
    }
}
