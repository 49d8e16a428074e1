using System.Security.Cryptography;
using System.Text.Json;
using Edge.Crypto;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>A JSON Web Key Set (RFC 7517): the public keys in it that tokens can be signed with.</summary>
internal static class JsonWebKeys
{
    /// <summary>The largest set that is read, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    private const int MostKeys = 64;

    /// <summary>Reads a set; a key of another kind or for another use is left out, as section 5 asks.</summary>
    /// <param name="utf8">From anywhere.</param>
    /// <returns>Null: it is no set, or has more keys than anyone publishes.</returns>
    public static JwtKey[]? Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MostBytes)
            return null;
        using var document = JsonText.ReadObject(utf8);
        if (document is null || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostKeys)
            return null;
        var keys = new List<JwtKey>();
        foreach (var element in list.EnumerateArray())
            if (element.ValueKind == JsonValueKind.Object && Key(element) is { } key)
                keys.Add(key);
        return [.. keys];
    }

    private static JwtKey? Key(JsonElement element)
    {
        if (element.TryGetProperty("use", out _) && JsonText.TextOf(element, "use") != "sig")
            return null;
        if (element.TryGetProperty("key_ops", out var operations) && !Lists(operations, "verify"))
            return null;
        JwtAlgorithm? only = null;
        if (element.TryGetProperty("alg", out _))
        {
            // A key of an algorithm that is not known here may look like one that is.
            if (!JwtAlgorithms.TryFind(JsonText.TextOf(element, "alg"), out var algorithm))
                return null;
            only = algorithm;
        }
        var id = JsonText.TextOf(element, "kid");
        // No `oct`: a secret that is published is none.
        return JsonText.TextOf(element, "kty") switch
        {
            "RSA" when Bytes(element, "n") is { } modulus && Bytes(element, "e") is { } exponent => RsaJwtKey.Of(new RSAParameters { Modulus = modulus, Exponent = exponent }, id, only),
            "EC" when Bytes(element, "x") is { } x && Bytes(element, "y") is { } y => EcJwtKey.Of(JsonText.TextOf(element, "crv") ?? "", x, y, id, only),
            "OKP" when JsonText.TextOf(element, "crv") == "Ed25519" && Bytes(element, "x") is { Length: Ed25519.PublicKeySize } x => new Ed25519JwtKey(x) { Id = id, Only = only },
            _ => null,
        };
    }

    private static bool Lists(JsonElement list, string word)
    {
        if (list.ValueKind == JsonValueKind.Array)
            foreach (var one in list.EnumerateArray())
                if (one.ValueKind == JsonValueKind.String && one.ValueEquals(word))
                    return true;
        return false;
    }

    private static byte[]? Bytes(JsonElement element, string name) => JsonText.TextOf(element, name) is { Length: > 0 and <= 4096 } text ? Base64UrlText.Decode(text) : null;
}
