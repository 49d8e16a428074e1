namespace Edge.Lab.Control;

/// <summary>What the server does instead of answering as it should.</summary>
internal abstract record LabFault
{
    private LabFault()
    {
    }

    /// <summary>The connection ends without an answer.</summary>
    internal sealed record Drop : LabFault;

    /// <summary>The answer comes when this has completed; perhaps never.</summary>
    internal sealed record Hold(Task Until) : LabFault;

    /// <summary>Another answer.</summary>
    /// <param name="Code">Of HTTP.</param>
    /// <param name="Text">Its body.</param>
    /// <param name="RetryAfter">The header field; null: there is none.</param>
    internal sealed record Status(int Code, string Text, string? RetryAfter = null) : LabFault;

    /// <summary>The right head, and this for a body. After its last byte nothing comes, neither more nor an end, unless it ends.</summary>
    internal sealed record Body(IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces, bool Ends = false) : LabFault;
}
