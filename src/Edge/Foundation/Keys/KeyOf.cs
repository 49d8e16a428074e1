namespace Edge.Foundation.Keys;

/// <summary>A public key that is of one kind by type, with that kind's text form: a prefix and 64 hexadecimal digits.</summary>
/// <param name="Key">The 32 bytes; all zero is a key too.</param>
internal readonly record struct KeyOf<TKind>(PublicKey Key) where TKind : IKeyKind
{
    /// <summary>Digits of either case; the prefix as it is.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyOf<TKind> key)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        bool isKey = KeyText.TryReadHex(text, TKind.Prefix, bytes);
        key = isKey ? new(new PublicKey(bytes)) : default;
        return isKey;
    }

    /// <summary>Lower-case digits.</summary>
    public override string ToString() => $"{TKind.Prefix}{Convert.ToHexStringLower(Key.Bytes)}";
}
