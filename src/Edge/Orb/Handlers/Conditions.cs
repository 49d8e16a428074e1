using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Edge.Orb.Handlers;

/// <summary>What a GET or HEAD request asks of a representation: its conditions in the order of RFC 9110, section 13.2.2, then its range.</summary>
internal static class Conditions
{
    /// <param name="request">The request.</param>
    /// <param name="tag">The representation's strong entity tag, with its quotes.</param>
    /// <param name="modified">When it was changed, in whole seconds.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <returns>200 or 206 and what to send, 304, 412 or 416.</returns>
    public static (int Status, long Start, long Length) Evaluate(HttpRequest request, string tag, DateTimeOffset modified, long size)
    {
        var headers = request.Headers;
        if (headers.IfMatch.Count > 0 ? !Lists(headers.IfMatch.ToString(), tag, isWeak: false) : headers.IfUnmodifiedSince.Count > 0 && IsAfter(modified, headers.IfUnmodifiedSince.ToString()))
            return (StatusCodes.Status412PreconditionFailed, 0, 0);
        if (headers.IfNoneMatch.Count > 0 ? Lists(headers.IfNoneMatch.ToString(), tag, isWeak: true) : headers.IfModifiedSince.Count > 0 && IsNotAfter(modified, headers.IfModifiedSince.ToString()))
            return (StatusCodes.Status304NotModified, 0, 0);
        if (headers.Range.Count == 1 && HttpMethods.IsGet(request.Method) && AllowsRange(headers.IfRange.ToString(), tag, modified))
            return Range(headers.Range.ToString(), size);
        return (StatusCodes.Status200OK, 0, size);
    }

    private static bool Lists(ReadOnlySpan<char> tags, string tag, bool isWeak)
    {
        if (tags.Trim() is "*")
            return true;
        // Our tags contain no comma, so a tag of another's making that does cannot become ours by being cut.
        foreach (var part in tags.Split(','))
        {
            var one = tags[part].Trim();
            if (isWeak && one.StartsWith("W/", StringComparison.Ordinal))
                one = one[2..];
            if (one.SequenceEqual(tag))
                return true;
        }
        return false;
    }

    // A date that is none is as if the field were not there.
    private static bool IsAfter(DateTimeOffset modified, string date) => HeaderUtilities.TryParseDate(date, out var since) && modified > since;

    private static bool IsNotAfter(DateTimeOffset modified, string date) => HeaderUtilities.TryParseDate(date, out var since) && modified <= since;

    // RFC 9110, section 13.1.5: a strong comparison, or the exact date.
    private static bool AllowsRange(string condition, string tag, DateTimeOffset modified) =>
        condition.Length == 0 || condition == tag || (HeaderUtilities.TryParseDate(condition, out var date) && date == modified);

    // One range of bytes. Several, other units, and what is not understood may be ignored (RFC 9110, section 14.2), and are.
    private static (int Status, long Start, long Length) Range(ReadOnlySpan<char> range, long size)
    {
        var whole = (StatusCodes.Status200OK, 0L, size);
        if (!range.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) || range.Contains(','))
            return whole;
        range = range["bytes=".Length..].Trim();
        var dash = range.IndexOf('-');
        if (dash < 0)
            return whole;
        var first = range[..dash];
        var last = range[(dash + 1)..];
        long start, end;
        if (first.IsEmpty)
        {
            if (!TryRead(last, out var suffix))
                return whole;
            (start, end) = (Math.Max(0, size - suffix), size - 1);
            if (suffix == 0)
                start = size;
        }
        else
        {
            if (!TryRead(first, out start))
                return whole;
            end = size - 1;
            if (!last.IsEmpty)
            {
                if (!TryRead(last, out var wanted) || wanted < start)
                    return whole;
                end = Math.Min(end, wanted);
            }
        }
        return start >= size
            ? (StatusCodes.Status416RangeNotSatisfiable, 0, 0)
            : (StatusCodes.Status206PartialContent, start, end - start + 1);
    }

    private static bool TryRead(ReadOnlySpan<char> digits, out long number) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
