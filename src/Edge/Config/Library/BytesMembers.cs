using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Bytes</c>, and the digests that strings have too.</summary>
internal static class BytesMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (_, self, _) => Of((long)Content(self).Length),
        "size" => static (_, self, _) => SizeOf((BytesValue)self),
        "base64" => static (_, self, _) => Of(Convert.ToBase64String(Content(self))),
        "hex" => static (_, self, _) => Of(Convert.ToHexStringLower(Content(self))),
        "md5" => static (_, self, _) => Of(Md5(Content(self))),
        "sha1" => static (_, self, _) => Of(Sha1(Content(self))),
        "sha256" => static (_, self, _) => Of(Sha256(Content(self))),
        "sha256Int" => static (_, self, _) => Of(Sha256Int(Content(self))),
        "getOrNull" => static (_, self, arguments) =>
            Int(arguments[0]) is var index && index >= 0 && index < Content(self).Length ? Of((long)Content(self)[(int)index]) : NullValue.Instance,
        "decodeToString" => DecodeToString,
        "toList" => static (_, self, _) => Of([.. Content(self).ToArray().Select(octet => Of((long)octet))]),
        _ => null,
    };

    [SuppressMessage("Security", "CA5351", Justification = "The language has the digest for naming contents, not for security.")]
    public static string Md5(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    [SuppressMessage("Security", "CA5350", Justification = "The language has the digest for naming contents, not for security.")]
    public static string Sha1(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA1.HashData(content));

    public static string Sha256(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The first eight octets of the digest, the lowest first.</summary>
    public static long Sha256Int(ReadOnlySpan<byte> content) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(content));

    /// <summary>The length in the decimal unit that leaves one to three digits before the point.</summary>
    public static DataSizeValue SizeOf(BytesValue bytes)
    {
        var size = new DataSizeValue(bytes.Value.Length, DataSizeUnit.Bytes);
        var unit = bytes.Value.Length switch
        {
            < 1_000 => DataSizeUnit.Bytes,
            < 1_000_000 => DataSizeUnit.Kilobytes,
            < 1_000_000_000 => DataSizeUnit.Megabytes,
            _ => DataSizeUnit.Gigabytes,
        };
        return new DataSizeValue(size.In(unit), unit);
    }

    private static ReadOnlySpan<byte> Content(Value bytes) => ((BytesValue)bytes).Value.Span;

    private static Value DecodeToString(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var charset = Text(arguments[0]);
        try
        {
            return Of(charset switch
            {
                "UTF-8" => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Content(self)),
                "UTF-16" => DecodeUtf16(Content(self)),
                _ => Encoding.Latin1.GetString(Content(self)),
            });
        }
        catch (DecoderFallbackException)
        {
            throw evaluator.Fail($"Invalid bytes for charset \"{charset}\".");
        }
    }

    // Big-endian unless a byte order mark says otherwise; the mark is no part of the text.
    private static string DecodeUtf16(ReadOnlySpan<byte> content)
    {
        var isLittleEndian = content is [0xFF, 0xFE, ..];
        var encoding = new UnicodeEncoding(bigEndian: !isLittleEndian, byteOrderMark: false, throwOnInvalidBytes: true);
        return encoding.GetString(isLittleEndian || content is [0xFE, 0xFF, ..] ? content[2..] : content);
    }
}
