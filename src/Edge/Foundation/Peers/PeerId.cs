namespace Edge.Foundation.Peers;

/// <summary>
/// Which peer of one WireGuard device: a small number that fits an array's index. The device gives it out when a peer is added and gives it
/// to another after the peer was removed, so whoever keeps one (routes, filters) forgets it in the same step.
/// </summary>
/// <param name="Value">1 and up; 0 is <see cref="None"/>.</param>
internal readonly record struct PeerId(int Value)
{
    /// <summary>No peer.</summary>
    public static PeerId None => default;

    public bool IsNone => Value == 0;
}
