using System.Collections.Immutable;
using System.Text.Json;
using Edge.Foundation.Configuration;
using Edge.Orb.Matching;

namespace Edge.Orb.Tokens;

/// <summary>What a token must be to be believed here, and what it must say.</summary>
internal sealed class JwtTerms
{
    /// <summary>The keys that are tried for a token that does not name its key.</summary>
    private const int MostTries = 8;

    private readonly ImmutableArray<JwtAlgorithm> _algorithms;
    private readonly string? _issuer;
    private readonly ImmutableArray<string> _audience;
    private readonly (string Name, Glob Value)[] _claims;
    private readonly double _skew;

    /// <param name="record">The terms.</param>
    /// <param name="algorithms">Those that are accepted: either all of secrets or none.</param>
    public JwtTerms(JwtAuth record, ImmutableArray<JwtAlgorithm> algorithms)
    {
        _algorithms = algorithms;
        _issuer = record.Issuer;
        _audience = record.Audience;
        _claims = [.. record.Claims.Select(claim => (claim.Key, new Glob(claim.Value, ignoreCase: false)))];
        _skew = record.ClockSkew.TotalSeconds;
    }

    public bool Accepts(JwtAlgorithm algorithm) => _algorithms.Contains(algorithm);

    /// <param name="token">A token whose algorithm is accepted.</param>
    /// <param name="keys">The keys that may have signed it.</param>
    /// <param name="now">What the clock says.</param>
    /// <param name="subject">Whom a valid token is about; null: it does not say.</param>
    public JwtVerdict Judge(JsonWebToken token, IReadOnlyList<JwtKey> keys, DateTimeOffset now, out string? subject)
    {
        subject = null;
        var verdict = VerifySignature(token, keys);
        if (verdict != JwtVerdict.Valid)
            return verdict;
        using var claims = JsonText.ReadObject(token.Payload);
        if (claims is null)
            return JwtVerdict.Malformed;
        verdict = Judge(claims.RootElement, now);
        if (verdict == JwtVerdict.Valid)
            subject = JsonText.TextOf(claims.RootElement, "sub");
        return verdict;
    }

    private static JwtVerdict VerifySignature(JsonWebToken token, IReadOnlyList<JwtKey> keys)
    {
        var tries = 0;
        foreach (var key in keys)
        {
            if (!key.Fits(token.Algorithm) || (token.KeyId is not null && key.Id is not null && key.Id != token.KeyId) || tries == MostTries)
                continue;
            tries++;
            if (token.IsSignedWith(key))
                return JwtVerdict.Valid;
        }
        return tries == 0 ? JwtVerdict.UnknownKey : JwtVerdict.Signature;
    }

    private JwtVerdict Judge(JsonElement claims, DateTimeOffset now)
    {
        var seconds = (now - DateTimeOffset.UnixEpoch).TotalSeconds;
        // RFC 7519, sections 4.1.4 and 4.1.5. A date that is none is not the same as no date.
        if (!TryReadTime(claims, "exp", out var expires) || !TryReadTime(claims, "nbf", out var begins))
            return JwtVerdict.Malformed;
        if (seconds >= expires + _skew)
            return JwtVerdict.Expired;
        if (seconds < begins - _skew)
            return JwtVerdict.Early;
        if (_issuer is not null && JsonText.TextOf(claims, "iss") != _issuer)
            return JwtVerdict.Issuer;
        if (!_audience.IsEmpty && !IsFor(claims))
            return JwtVerdict.Audience;
        foreach (var (name, value) in _claims)
            if (!claims.TryGetProperty(name, out var claim) || !Has(claim, value))
                return JwtVerdict.Claims;
        return JwtVerdict.Valid;
    }

    private static bool TryReadTime(JsonElement claims, string name, out double? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value))
            return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            return false;
        time = number;
        return true;
    }

    // Section 4.1.3: one value or several.
    private bool IsFor(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var audience))
            return false;
        if (audience.ValueKind == JsonValueKind.String)
            return Contains(audience);
        if (audience.ValueKind == JsonValueKind.Array)
            foreach (var one in audience.EnumerateArray())
                if (one.ValueKind == JsonValueKind.String && Contains(one))
                    return true;
        return false;
    }

    private bool Contains(JsonElement text)
    {
        foreach (var one in _audience)
            if (text.ValueEquals(one))
                return true;
        return false;
    }

    // Of several values one must fit; a number, true and false are compared as they are written.
    private static bool Has(JsonElement claim, Glob value)
    {
        switch (claim.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var one in claim.EnumerateArray())
                    if (one.ValueKind != JsonValueKind.Array && Has(one, value))
                        return true;
                return false;
            case JsonValueKind.String:
                try
                {
                    return value.IsMatch(claim.GetString());
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return value.IsMatch(claim.GetRawText());
            default:
                return false;
        }
    }
}
