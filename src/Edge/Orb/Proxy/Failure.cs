namespace Edge.Orb.Proxy;

/// <summary>An attempt that brought no response.</summary>
/// <param name="Status">What the client gets when no other attempt is made.</param>
/// <param name="Reason">For the log alone: the client is told nothing about what is behind.</param>
/// <param name="CanRetry">Whether another upstream may be asked: the request is whole still, and was not seen or is safe.</param>
internal sealed record Failure(int Status, string Reason, bool CanRetry)
{
    /// <summary>Whether the client is at fault: the upstream is not blamed in the log.</summary>
    public bool IsClients { get; init; }
}
