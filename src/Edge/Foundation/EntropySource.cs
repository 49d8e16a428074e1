namespace Edge.Foundation;

/// <summary>
/// Where a core's randomness comes from. A core never draws its own: whoever makes it hands one of these over, the system's generator in the
/// program, a seeded one in tests. Drawn from when keys, nonces and indices are made, never for a packet of data.
/// </summary>
internal abstract class EntropySource
{
    /// <summary>Fills all of <paramref name="destination"/> with bytes that nobody can foretell.</summary>
    public abstract void Fill(Span<byte> destination);
}
