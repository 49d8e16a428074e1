using System.Globalization;

namespace Edge.Orb.Handlers;

/// <summary>The value of <c>Accept-Encoding</c> (RFC 9110, section 12.5.3).</summary>
internal static class AcceptedEncodings
{
    /// <summary>Whether the client takes an encoding: it is listed, or <c>*</c> is, with a weight above 0.</summary>
    public static bool Contains(ReadOnlySpan<char> value, ReadOnlySpan<char> encoding) => WeightOf(value, encoding) > 0;

    /// <summary>How much the client likes an encoding, from 0 (not at all) to 1. What is not listed has the weight of <c>*</c>; without that, 0.</summary>
    public static double WeightOf(ReadOnlySpan<char> value, ReadOnlySpan<char> encoding)
    {
        var others = 0d;
        foreach (var part in value.Split(','))
        {
            var item = value[part];
            var semicolon = item.IndexOf(';');
            var name = (semicolon < 0 ? item : item[..semicolon]).Trim();
            var weight = semicolon < 0 ? 1 : Weight(item[(semicolon + 1)..]);
            if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return weight;
            if (name is "*")
                others = weight;
        }
        return others;
    }

    // A weight that is none is taken for a refusal: sent as it is, a response can always be read.
    private static double Weight(ReadOnlySpan<char> parameters)
    {
        var equals = parameters.IndexOf('=');
        if (equals < 0 || !parameters[..equals].Trim().Equals("q", StringComparison.OrdinalIgnoreCase))
            return 1;
        return double.TryParse(parameters[(equals + 1)..].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) ? Math.Min(weight, 1) : 0;
    }
}
