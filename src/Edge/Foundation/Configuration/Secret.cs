using System.Security.Cryptography;
using System.Text;

namespace Edge.Foundation.Configuration;

/// <summary>A text that shows itself nowhere: <see cref="ToString"/> is <c>***</c>, equality takes constant time.</summary>
internal sealed class Secret(string text) : IEquatable<Secret>
{
    public const string Mask = "***";

    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(text);

    /// <summary>The text itself, for the one who needs it. Never log it.</summary>
    public string Reveal() => Encoding.UTF8.GetString(_utf8);

    public bool Equals(Secret? other) => other is not null && CryptographicOperations.FixedTimeEquals(_utf8, other._utf8);

    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <summary>Of the length only: a hash of the text would tell about it.</summary>
    public override int GetHashCode() => _utf8.Length;

    public override string ToString() => Mask;
}
