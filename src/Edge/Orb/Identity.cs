using System.Collections.Immutable;

namespace Edge.Orb;

/// <summary>
/// Who connects, as a Tailscale network knows it: a person, or a machine with tags, which belongs to nobody. A feature of every request
/// whose caller was asked for.
/// </summary>
internal sealed record Identity
{
    /// <summary>Such as <c>joe@example.com</c>; empty for a machine with tags.</summary>
    public string Login { get; init; } = "";

    /// <summary>The person's name, for people to read.</summary>
    public string Name { get; init; } = "";

    /// <summary>The URL of a picture; empty: there is none.</summary>
    public string ProfilePicture { get; init; } = "";

    /// <summary>Such as <c>tag:ci</c>. A machine that has any speaks for itself, whoever set it up.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    public bool IsTagged => !Tags.IsEmpty;
}
