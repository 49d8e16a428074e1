namespace Edge.Config.Binding;

/// <summary>Whether a name sounds like a secret: the schema's own, near misses of them, and what secrets are called elsewhere.</summary>
internal static class SecretNames
{
    // Shorter names than this have too many neighbours.
    private const int ShortestForTypos = 6;

    private static readonly string[] Signs =
        ["password", "passwd", "passphrase", "secret", "token", "authkey", "apikey", "privatekey", "presharedkey", "credential"];

    public static bool Resembles(string name)
    {
        var plain = Plain(name);
        foreach (var sign in Signs)
            if (plain.Contains(sign, StringComparison.Ordinal))
                return true;
        foreach (var known in ConfigurationBinder.SecretNames)
        {
            var secret = Plain(known);
            if (plain == secret || (secret.Length >= ShortestForTypos && EditDistance.AtMost(plain, secret, 2)))
                return true;
        }
        return false;
    }

    private static string Plain(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
