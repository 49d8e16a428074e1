using System.Globalization;

namespace Edge.Orb.Proxy.Http1;

/// <summary>Where a response's body ends, and whether the connection can be used after it (RFC 9112, sections 6.3 and 9.3).</summary>
/// <param name="Kind">How its end is known.</param>
/// <param name="ContentLength">What the field says, where it counts; a response to HEAD says it without a body.</param>
/// <param name="IsKept">Whether another request may follow on the connection.</param>
/// <param name="MostRest">For how long it may rest before, in seconds, as far as the upstream says so.</param>
internal readonly record struct BodyFraming(BodyKind Kind, long? ContentLength, bool IsKept, int MostRest)
{
    /// <param name="fields">The response's.</param>
    /// <param name="status">The response's.</param>
    /// <param name="minor">Of the response's version.</param>
    /// <param name="isHead">Whether HEAD was asked.</param>
    /// <param name="framing">Empty where there is no sense in it.</param>
    /// <returns>The name of the field that contradicts itself or cannot be understood; null: none does.</returns>
    public static string? Of(HeaderFields fields, int status, int minor, bool isHead, out BodyFraming framing)
    {
        framing = default;
        long? length = null;
        var rest = int.MaxValue;
        var (isKept, isClosed, isChunked) = (minor == 1, false, false);
        foreach (var (name, value) in fields.All)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                // The same number twice, in one line or two, is the number.
                foreach (var part in value.AsSpan().Split(','))
                {
                    if (!long.TryParse(value.AsSpan(part).Trim(" \t"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        || (length is { } before && before != number))
                        return name;
                    length = number;
                }
            }
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                // No other coding was asked for, and two of these frame nothing; HTTP/1.0 has none (RFC 9112, section 6.1).
                if (isChunked || minor == 0 || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase)) return name;
                isChunked = true;
            }
            else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                if (HeaderRules.HasWord(value, "close")) isClosed = true;
                else if (minor == 0 && HeaderRules.HasWord(value, "keep-alive")) isKept = true;
            }
            else if (name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase))
            {
                rest = Math.Min(rest, RestOf(value));
            }
        }
        if (isClosed || rest == 0) isKept = false;
        // Beside Transfer-Encoding a length means nothing, and whoever wrote both is not to be trusted with another request.
        if (isChunked && length is not null) (length, isKept) = (null, false);
        framing = isHead || status is 204 or 304 ? new(BodyKind.None, length, isKept, rest)
            : isChunked ? new(BodyKind.Chunks, null, isKept, rest)
            : length is not null ? new(BodyKind.Length, length, isKept, rest)
            : new(BodyKind.Connection, null, IsKept: false, rest);
        return null;
    }

    /// <summary>
    /// What <c>Keep-Alive: timeout=5, max=100</c> grants (RFC 2068, section 19.7.1.1, and what servers make of it), less a second: an upstream that
    /// closes at that moment meets no request on its way, which could not be repeated.
    /// </summary>
    private static int RestOf(string value)
    {
        var rest = int.MaxValue;
        foreach (var part in value.AsSpan().Split(','))
        {
            var word = value.AsSpan(part).Trim(" \t");
            if (word.StartsWith("timeout=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(word["timeout=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                rest = Math.Max(0, seconds - 1);
            else if (word.Equals("max=0", StringComparison.OrdinalIgnoreCase))
                return 0;
        }
        return rest;
    }
}
