using System.Globalization;

namespace Edge.Orb.Handlers;

/// <summary>The value of <c>Accept-Encoding</c> (RFC 9110, section 12.5.3).</summary>
internal static class AcceptedEncodings
{
    /// <summary>Whether the client takes an encoding: it is listed, or <c>*</c> is, with a weight above 0.</summary>
    public static bool Contains(ReadOnlySpan<char> value, ReadOnlySpan<char> encoding)
    {
        var others = false;
        foreach (var part in value.Split(','))
        {
            var item = value[part];
            var semicolon = item.IndexOf(';');
            var name = (semicolon < 0 ? item : item[..semicolon]).Trim();
            var isAccepted = semicolon < 0 || HasWeight(item[(semicolon + 1)..]);
            if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return isAccepted;
            if (name is "*")
                others = isAccepted;
        }
        return others;
    }

    private static bool HasWeight(ReadOnlySpan<char> parameters)
    {
        var equals = parameters.IndexOf('=');
        return equals < 0 || !parameters[..equals].Trim().Equals("q", StringComparison.OrdinalIgnoreCase)
            || (double.TryParse(parameters[(equals + 1)..].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight > 0);
    }
}
