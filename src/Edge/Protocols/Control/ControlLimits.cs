namespace Edge.Protocols.Control;

/// <summary>
/// What is taken from a control server, in bytes. A full map of a hundred thousand peers has some 120 MB of JSON; the stock client has no limit
/// worth the name, so these are wide, and what a frame may unfold to is bound to its own size beside.
/// </summary>
internal sealed record ControlLimits
{
    /// <summary>Answers of `/key`, and what an answer that is no success says.</summary>
    public const int MostKeyBytes = 64 * 1024;

    /// <summary>The answer to a registration.</summary>
    public const int MostRegisterBytes = 1024 * 1024;

    /// <summary>One frame of the map stream, as it arrives.</summary>
    public int MostFrameBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>One message of the map stream, decompressed.</summary>
    public int MostMessageBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>Decompressed bytes that a frame may have whatever its size.</summary>
    public int FreeMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Decompressed bytes for each byte of the frame beyond that. Netmaps unfold to five or ten times their size: keys and addresses do not
    /// compress. A hundred peers that are all alike but for those reach thirty.
    /// </summary>
    public int MostRatio { get; init; } = 64;
}
