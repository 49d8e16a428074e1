using System.Text;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>A token in compact form (RFC 7515, section 7.1) whose header was read, and nothing believed yet.</summary>
internal sealed class JsonWebToken
{
    /// <summary>The longest that is read, in characters.</summary>
    public const int MostCharacters = 16 * 1024;

    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private JsonWebToken(JwtAlgorithm algorithm, string? keyId, byte[] signed, byte[] payload, byte[] signature) =>
        (Algorithm, KeyId, _signed, Payload, _signature) = (algorithm, keyId, signed, payload, signature);

    public JwtAlgorithm Algorithm { get; }

    /// <summary>What the token calls its key; null: nothing.</summary>
    public string? KeyId { get; }

    /// <summary>The claims as JSON; to be believed only once <see cref="IsSignedWith"/> has said so.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <param name="text">From anywhere.</param>
    /// <param name="token">Only where the verdict is <see cref="JwtVerdict.Valid"/>: of valid form, no more.</param>
    public static JwtVerdict Read(ReadOnlySpan<char> text, out JsonWebToken? token)
    {
        token = null;
        Span<Range> parts = stackalloc Range[4];
        if (text.Length > MostCharacters || text.Split(parts, '.') != 3)
            return JwtVerdict.Malformed;
        var signed = text[..parts[1].End.GetOffset(text.Length)];
        if (Base64UrlText.Decode(text[parts[0]]) is not { } head || Base64UrlText.Decode(text[parts[1]]) is not { } payload || Base64UrlText.Decode(text[parts[2]]) is not { } signature)
            return JwtVerdict.Malformed;
        using var header = JsonText.ReadObject(head);
        // Section 4.1.11: what must be understood and is not is a reason to refuse; nothing of the kind is understood here.
        if (header is null || header.RootElement.TryGetProperty("crit", out _))
            return JwtVerdict.Malformed;
        if (!JwtAlgorithms.TryFind(JsonText.TextOf(header.RootElement, "alg"), out var algorithm))
            return JwtVerdict.Algorithm;
        token = new JsonWebToken(algorithm, JsonText.TextOf(header.RootElement, "kid"), Encoding.ASCII.GetBytes(signed.ToArray()), payload, signature);
        return JwtVerdict.Valid;
    }

    /// <param name="key">One that fits the algorithm.</param>
    public bool IsSignedWith(JwtKey key) => key.Verify(Algorithm, _signed, _signature);
}
