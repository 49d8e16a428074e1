namespace Edge.Foundation.Wire;

/// <summary>Attribute types (IANA "STUN Attributes") that Edge names; others occur.</summary>
internal enum StunAttributeType : ushort
{
    MappedAddress = 0x0001,
    ErrorCode = 0x0009,
    XorMappedAddress = 0x0020,
    Software = 0x8022,
    Fingerprint = 0x8028,

    /// <summary>XOR-MAPPED-ADDRESS before it had a number of its own; old servers send it.</summary>
    XorMappedAddressDraft = 0x8020,
}

// RFC 8489 section 14:
//
//   |         Type                  |            Length             |
//   |                         Value, padded to 32 bits              |

/// <summary>One attribute; its padding is not part of it.</summary>
[WireMessage(4)]
internal readonly ref partial struct StunAttribute
{
    public partial StunAttributeType Type { get; }

    /// <summary>Bytes of the value, without padding.</summary>
    public partial ushort Length { get; }
    [Tail(nameof(Length))] public partial ReadOnlySpan<byte> Value { get; }
}

/// <summary>Walks the attributes of a STUN message.</summary>
internal ref struct StunAttributes(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    /// <summary>An attribute or its padding was cut short.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryNext(out StunAttribute attribute)
    {
        attribute = default;
        if (_rest.IsEmpty)
            return false;
        if (!StunAttribute.TryRead(_rest, out var found) || Padded(found.Bytes.Length) > _rest.Length)
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }
        attribute = found;
        _rest = _rest[Padded(found.Bytes.Length)..];
        return true;
    }

    /// <summary>Bytes that an attribute of this length occupies.</summary>
    public static int Padded(int length) => (length + 3) & ~3;
}
