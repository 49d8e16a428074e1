using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>A secret that lets nodes in without a person.</summary>
/// <param name="Text">As the node presents it.</param>
/// <param name="User">Whose nodes they become.</param>
internal sealed record LabAuthKey(string Text, string User)
{
    /// <summary>False: it lets one node in.</summary>
    public bool IsReusable { get; init; } = true;

    public bool IsEphemeral { get; init; }

    public ValueList<string> Tags { get; init; }

    /// <summary>Null: it has no end.</summary>
    public DateTimeOffset? Expiry { get; init; }

    public bool IsUsed { get; init; }
}
