using System.Security.Cryptography;
using System.Text;

namespace Edge.Orb.Middlewares;

/// <summary>A name and a password as <c>Authorization: Basic</c> carries them (RFC 7617), in UTF-8. The password is wiped when it is disposed of.</summary>
internal sealed class BasicCredentials : IDisposable
{
    /// <summary>The longest that is read, in Base64.</summary>
    private const int MostCharacters = 1024;

    private const string Scheme = "Basic ";

    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly int _colon;

    private BasicCredentials(byte[] bytes, int length, int colon) => (_bytes, _length, _colon) = (bytes, length, colon);

    public string Name => Encoding.UTF8.GetString(_bytes, 0, _colon);

    public ReadOnlyMemory<byte> Password => _bytes.AsMemory(_colon + 1, _length - _colon - 1);

    /// <param name="field">The value of <c>Authorization</c>, from anywhere.</param>
    /// <returns>Null: it is of another scheme, or it is malformed.</returns>
    public static BasicCredentials? Read(ReadOnlySpan<char> field)
    {
        if (!field.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var text = field[Scheme.Length..].Trim(' ');
        if (text.Length > MostCharacters)
            return null;
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64Chars(text, bytes, out var length) && bytes.AsSpan(0, length).IndexOf((byte)':') is var colon and >= 0)
            return new BasicCredentials(bytes, length, colon);
        CryptographicOperations.ZeroMemory(bytes);
        return null;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
