namespace Edge.Interop;

/// <summary>The keys of a tunnel's two sides.</summary>
internal sealed record TunnelKeys(string PrivateA, string PublicA, string PrivateB, string PublicB, string Preshared)
{
    public static async Task<TunnelKeys> Make()
    {
        var (a, b) = ((await Tools.Run("wg", "genkey")).Trim(), (await Tools.Run("wg", "genkey")).Trim());
        return new TunnelKeys(a, await PublicOf(a), b, await PublicOf(b), (await Tools.Run("wg", "genpsk")).Trim());
    }

    private static async Task<string> PublicOf(string key) => (await Tools.Run("sh", "-c", $"printf %s '{key}' | wg pubkey")).Trim();
}
