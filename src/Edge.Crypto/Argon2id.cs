using System.Globalization;
using System.Text;
using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// Passwords against hashes of Argon2id (RFC 9106), in the form that every implementation of it writes:
/// <c>$argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH</c>, the last two in Base64 without padding. By libsodium, which computes the lanes
/// one after the other. NSec's own takes hashes of one lane only.
/// </summary>
public static unsafe class Argon2id
{
    /// <summary>What every encoded hash begins with.</summary>
    public const string Prefix = "$argon2id$";

    /// <summary>The longest encoded hash that is read, in characters.</summary>
    public const int MaxLength = 512;

    // libsodium's least (crypto_pwhash/argon2/argon2.h).
    private const int MinSaltSize = 8, MinHashSize = 16;

    /// <summary>Reads what a hash costs to verify, without verifying anything.</summary>
    /// <param name="encoded">From anywhere.</param>
    /// <param name="cost">Memory, passes and lanes.</param>
    /// <returns>False when it is no hash of Argon2id, version 19, as libsodium takes them.</returns>
    public static bool TryReadCost(ReadOnlySpan<char> encoded, out Argon2Cost cost)
    {
        cost = default;
        if (encoded.Length > MaxLength || !encoded.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        Span<Range> fields = stackalloc Range[6];
        var rest = encoded[Prefix.Length..];
        if (rest.Split(fields, '$') != 4 || rest[fields[0]] is not "v=19" || !TryReadParameters(rest[fields[1]], out cost))
            return false;
        return IsBase64(rest[fields[2]], MinSaltSize) && IsBase64(rest[fields[3]], MinHashSize);
    }

    /// <summary>Computes the password's hash anew and compares, in constant time. Takes the memory and the time that the hash asks for.</summary>
    /// <param name="encoded">A hash that <see cref="TryReadCost"/> has read.</param>
    /// <param name="password">Any size below 4 GiB.</param>
    /// <returns>False when it is another password, and when the memory is not to be had.</returns>
    public static bool Verify(string encoded, ReadOnlySpan<byte> password)
    {
        if (!TryReadCost(encoded, out _))
            throw new ArgumentException("this is no hash of Argon2id", nameof(encoded));
        Sodium.EnsureReady();
        Span<byte> text = stackalloc byte[MaxLength + 1];
        text[Encoding.ASCII.GetBytes(encoded, text)] = 0;
        fixed (byte* hash = text)
        fixed (byte* bytes = password)
            return Sodium.Argon2idVerify(hash, bytes, (ulong)password.Length) == 0;
    }

    private static bool TryReadParameters(ReadOnlySpan<char> text, out Argon2Cost cost)
    {
        cost = default;
        Span<Range> fields = stackalloc Range[4];
        if (text.Split(fields, ',') != 3
            || !TryReadNumber(text[fields[0]], "m=", out var memory) || !TryReadNumber(text[fields[1]], "t=", out var passes) || !TryReadNumber(text[fields[2]], "p=", out var lanes))
            return false;
        cost = new Argon2Cost(memory, passes, lanes);
        // RFC 9106, section 3.1.
        return lanes is >= 1 and < 1 << 24 && passes >= 1 && memory >= 8L * lanes;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, string name, out int number)
    {
        number = 0;
        return text.StartsWith(name, StringComparison.Ordinal) && text.Length > name.Length && (text[name.Length] != '0' || text.Length == name.Length + 1)
            && int.TryParse(text[name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsBase64(ReadOnlySpan<char> text, int leastBytes)
    {
        foreach (var one in text)
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('+' or '/'))
                return false;
        return text.Length % 4 != 1 && text.Length * 3 / 4 >= leastBytes;
    }
}
