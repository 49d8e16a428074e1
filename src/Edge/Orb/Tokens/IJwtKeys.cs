namespace Edge.Orb.Tokens;

/// <summary>Where the keys come from that tokens are verified with. Safe to use from any thread.</summary>
internal interface IJwtKeys
{
    /// <returns>Null: there are none, and none can be had now.</returns>
    ValueTask<IReadOnlyList<JwtKey>?> Find(CancellationToken cancellation);

    /// <summary>The keys after a token named one that is not among them; the same again where there cannot be newer ones.</summary>
    ValueTask<IReadOnlyList<JwtKey>?> FindNewer(CancellationToken cancellation);
}
