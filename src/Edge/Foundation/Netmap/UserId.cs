using System.Globalization;

namespace Edge.Foundation.Netmap;

/// <summary>The control server's number for a user.</summary>
/// <param name="Value">0: none.</param>
internal readonly record struct UserId(long Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
