namespace Edge.Foundation.Wire;

/// <summary>The order of the bytes of every integer of a message.</summary>
internal enum ByteOrder
{
    /// <summary>Network order: most significant byte first, first declared bit field in the most significant bits.</summary>
    BigEndian,

    /// <summary>Least significant byte first, first declared bit field in the least significant bits.</summary>
    LittleEndian,
}

/// <summary>
/// Declares a wire message: a top-level <c>readonly ref partial struct</c> whose partial properties are the fields, in the order of the wire.
/// The generator writes the view, <c>TryRead</c>, <c>Write</c>, <c>Writer</c>, <c>Size</c> and <c>Dump</c>; see docs/wire.md.
/// </summary>
/// <param name="size">Bytes of the fixed part: what the specification says. The build fails when the fields make another sum.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class WireMessageAttribute(int size) : Attribute
{
    /// <summary>Bytes of the fixed part.</summary>
    public int Size { get; } = size;

    /// <summary>Byte order of every integer; nested messages keep their own.</summary>
    public ByteOrder Order { get; set; }

    /// <summary><c>TryRead</c> refuses bytes behind the message; without it they are left to the caller.</summary>
    public bool Exact { get; set; }
}

/// <summary>A field that occupies some bits. Consecutive bit fields must fill a word of 8, 16, 24, 32 or 64 bits.</summary>
/// <param name="count">Number of bits.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BitsAttribute(int count) : Attribute
{
    /// <summary>Number of bits.</summary>
    public int Count { get; } = count;
}

/// <summary>A byte array of fixed length on a <c>ReadOnlySpan&lt;byte&gt;</c>, or <c>[Bytes(3)]</c> for a 24-bit integer on a <c>uint</c>.</summary>
/// <param name="count">Number of bytes.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BytesAttribute(int count) : Attribute
{
    /// <summary>Number of bytes.</summary>
    public int Count { get; } = count;
}

/// <summary>An integer, enum or bit field that has one value only: <c>TryRead</c> refuses any other, <c>Write</c> sets it.</summary>
/// <param name="value">A constant of the field's type.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConstAttribute(object value) : Attribute
{
    /// <summary>The only value.</summary>
    public object Value { get; } = value;
}

/// <summary>A <c>ReadOnlySpan&lt;byte&gt;</c> that always holds these bytes: <c>TryRead</c> refuses any other, <c>Write</c> sets them.</summary>
/// <param name="bytes">The bytes; their number is the field's width.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MagicAttribute(params byte[] bytes) : Attribute
{
    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; } = bytes;
}

/// <summary>Written as zero and ignored when read.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ReservedAttribute : Attribute;

/// <summary>
/// A field that older or shorter forms of the message end before. It reads as zero or empty when absent, <c>HasNAME</c> tells; it is always written.
/// Only fields that are optional too, and a rest-of-buffer tail, may follow.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionalAttribute : Attribute;

/// <summary>Never shown by <c>Dump</c>, which gives the length only.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;

/// <summary>An IP address: <c>uint</c> for IPv4, <c>UInt128</c> for IPv6. Only <c>Dump</c> cares.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressAttribute : Attribute;

/// <summary>
/// A <c>ReadOnlySpan&lt;byte&gt;</c> of variable length behind the fixed part: without <paramref name="length"/> the rest of the buffer, which must come last.
/// </summary>
/// <param name="length">Name of the integer or bit field that holds the tail's length.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TailAttribute(string? length = null) : Attribute
{
    /// <summary>Name of the field that holds the length, or null.</summary>
    public string? Length { get; } = length;

    /// <summary>The length field counts units of this many bytes; a rest-of-buffer tail must be whole units.</summary>
    public int Unit { get; set; } = 1;

    /// <summary>The length field counts from the first byte of the message, not of the tail.</summary>
    public bool FromStart { get; set; }

    /// <summary>Fewest bytes of the tail that <c>TryRead</c> accepts.</summary>
    public int MinLength { get; set; }
}
