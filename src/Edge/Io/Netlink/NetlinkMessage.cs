using System.Runtime.InteropServices;
using System.Text;
using Edge.Foundation.Addresses;

namespace Edge.Io.Netlink;

/// <summary>
/// One request to the kernel's routing tables (rtnetlink(7)): a 16-byte header (length, type, flags, sequence, port), a fixed part that depends
/// on the type, then attributes (length, type, value padded to 4). All in the machine's byte order but for addresses.
/// </summary>
internal sealed class NetlinkMessage
{
    public const int HeaderSize = 16;

    public const ushort NewLink = 16;
    public const ushort NewAddress = 20;
    public const ushort DeleteAddress = 21;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24;
    public const ushort DeleteRoute = 25;
    public const ushort GetRoute = 26;
    public const ushort NewRule = 32;
    public const ushort DeleteRule = 33;
    public const ushort GetRule = 34;

    public const ushort Request = 1;
    public const ushort Acknowledge = 4;
    public const ushort Dump = 0x300;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;

    private readonly byte[] _bytes = new byte[512];
    private int _used;

    /// <param name="type">One of this class's types.</param>
    /// <param name="flags">Beside <see cref="Request"/>, which is always set.</param>
    public NetlinkMessage(ushort type, ushort flags)
    {
        MemoryMarshal.Write(_bytes.AsSpan(4), type);
        MemoryMarshal.Write(_bytes.AsSpan(6), (ushort)(flags | Request));
        _used = HeaderSize;
    }

    public Span<byte> Bytes
    {
        get
        {
            MemoryMarshal.Write(_bytes, (uint)_used);
            return _bytes.AsSpan(0, _used);
        }
    }

    /// <summary>The fixed part.</summary>
    public NetlinkMessage With(ReadOnlySpan<byte> body)
    {
        body.CopyTo(_bytes.AsSpan(_used));
        _used = (_used + body.Length + 3) & ~3;
        return this;
    }

    public NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(_bytes.AsSpan(_used), (ushort)(4 + value.Length));
        MemoryMarshal.Write(_bytes.AsSpan(_used + 2), type);
        value.CopyTo(_bytes.AsSpan(_used + 4));
        _used += (4 + value.Length + 3) & ~3;
        return this;
    }

    public NetlinkMessage Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, value);
        return Attribute(type, bytes);
    }

    public NetlinkMessage Attribute(ushort type, IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Write(bytes);
        return Attribute(type, bytes[..address.Size]);
    }

    /// <summary>With the zero behind it that the kernel's names have.</summary>
    public NetlinkMessage Attribute(ushort type, string name) => Attribute(type, Encoding.ASCII.GetBytes(name + "\0"));

    /// <summary>Steps through attributes.</summary>
    /// <returns>False at the end, or where the next one does not fit.</returns>
    public static bool TryNext(ref ReadOnlySpan<byte> attributes, out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (attributes.Length < 4)
            return false;
        var length = MemoryMarshal.Read<ushort>(attributes);
        if (length < 4 || length > attributes.Length)
            return false;
        // The two top bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
        type = (ushort)(MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3fff);
        value = attributes[4..length];
        attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        return true;
    }

    internal static uint Read32(ReadOnlySpan<byte> value) => MemoryMarshal.Read<uint>(value);

}
