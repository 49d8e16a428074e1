using System.Buffers.Binary;
using System.Text.Json;

namespace Edge.Tests.Wire;

/// <summary>The recorded data of tests/vectors.</summary>
internal static class Vectors
{
    public static JsonElement Json(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf(["tests", "vectors", .. path])));
        return document.RootElement.Clone();
    }

    public static byte[] Bytes(params string[] path) => File.ReadAllBytes(Repository.PathOf(["tests", "vectors", .. path]));

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.Text(name));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static bool Has(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The Ethernet frames of a little-endian pcap file, in order.</summary>
    public static IEnumerable<byte[]> Frames(params string[] path)
    {
        var file = Bytes(path);
        if (BinaryPrimitives.ReadUInt32LittleEndian(file) != 0xa1b2c3d4 || BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(20)) != 1)
            throw new InvalidDataException("not a little-endian Ethernet pcap");
        for (var at = 24; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            yield return file[(at + 16)..(at + 16 + length)];
            at += 16 + length;
        }
    }
}
