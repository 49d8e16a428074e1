using System.Text.Json;

namespace Edge.Protocols.Derp;

/// <summary>The names in the JSON of both hellos. As Go reads them: upper and lower case are the same, unknown ones are skipped.</summary>
internal static class HelloField
{
    public const int Unknown = 0, MeshKey = 1, Version = 2, CanAckPings = 3, IsProber = 4, BytesPerSecond = 5, BytesBurst = 6;

    private const int LongestName = 64;

    public static int Of(in Utf8JsonReader json)
    {
        // An escaped name may be six times as long.
        if (json.HasValueSequence || json.ValueSpan.Length > 6 * LongestName)
            return Unknown;
        Span<byte> name = stackalloc byte[6 * LongestName];
        return Of(name[..json.CopyString(name)]);
    }

    /// <summary>Null leaves the value.</summary>
    public static bool TryReadBoolean(in Utf8JsonReader json, ref bool value)
    {
        if (json.TokenType == JsonTokenType.Null)
            return true;
        if (json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            return false;
        value = json.TokenType == JsonTokenType.True;
        return true;
    }

    private static int Of(ReadOnlySpan<byte> name)
    {
        if (Is(name, "meshKey"u8)) return MeshKey;
        if (Is(name, "version"u8)) return Version;
        if (Is(name, "CanAckPings"u8)) return CanAckPings;
        if (Is(name, "IsProber"u8)) return IsProber;
        if (Is(name, "TokenBucketBytesPerSecond"u8)) return BytesPerSecond;
        return Is(name, "TokenBucketBytesBurst"u8) ? BytesBurst : Unknown;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => System.Text.Ascii.EqualsIgnoreCase(name, known);
}
