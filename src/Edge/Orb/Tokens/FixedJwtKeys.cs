namespace Edge.Orb.Tokens;

/// <summary>One key of the configuration.</summary>
internal sealed class FixedJwtKeys(JwtKey key) : IJwtKeys
{
    private readonly JwtKey[] _keys = [key];

    public ValueTask<IReadOnlyList<JwtKey>?> Find(CancellationToken cancellation) => new(_keys);

    public ValueTask<IReadOnlyList<JwtKey>?> FindNewer(CancellationToken cancellation) => new(_keys);
}
