namespace Edge.Foundation.Wire;

/// <summary>One extension header: its kind and all its bytes, of which the first names the next header.</summary>
internal readonly ref struct Ipv6Extension(IpProtocol kind, ReadOnlySpan<byte> bytes)
{
    public IpProtocol Kind { get; } = kind;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>
/// Walks the extension headers of an IPv6 packet (RFC 8200 section 4; authentication header: RFC 4302 section 2) up to the upper-layer header.
/// After <see cref="TryNext"/> has returned false, <see cref="Protocol"/> and <see cref="Payload"/> are the upper layer, unless <see cref="IsMalformed"/>.
/// The walk also ends at a later fragment, whose payload has no header, and at ESP, which hides the rest.
/// </summary>
internal ref struct Ipv6Extensions(IpProtocol nextHeader, ReadOnlySpan<byte> payload)
{
    /// <summary>Packets with longer chains are attacks; RFC 8504 section 5.3 allows the limit of 8 and asks for no more.</summary>
    public const int MostHeaders = 8;

    private int _left = MostHeaders;

    /// <summary>The protocol of <see cref="Payload"/>.</summary>
    public IpProtocol Protocol { get; private set; } = nextHeader;

    /// <summary>What has not been walked yet.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; } = payload;

    /// <summary>A header was cut short, or the chain too long.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The packet is a fragment other than the first: <see cref="Payload"/> starts inside the upper layer.</summary>
    public bool IsLaterFragment { get; private set; }

    public bool TryNext(out Ipv6Extension extension)
    {
        extension = default;
        if (IsMalformed || IsLaterFragment || !IsExtension(Protocol))
            return false;
        var length = LengthOf(Protocol, Payload);
        if (length > Payload.Length || _left == 0)
        {
            IsMalformed = true;
            return false;
        }
        _left--;
        extension = new Ipv6Extension(Protocol, Payload[..length]);
        IsLaterFragment = Protocol == IpProtocol.Fragment && Ipv6Fragment.TryRead(extension.Bytes, out var fragment) && fragment.FragmentOffset != 0;
        Protocol = (IpProtocol)extension.Bytes[0];
        Payload = Payload[length..];
        return true;
    }

    private static bool IsExtension(IpProtocol protocol) => protocol is
        IpProtocol.HopByHopOptions or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.Authentication or
        IpProtocol.DestinationOptions or IpProtocol.Mobility or IpProtocol.HostIdentity or IpProtocol.Shim6;

    /// <summary>Bytes of the header at the start of <paramref name="bytes"/>; more than there are when its length byte is missing.</summary>
    private static int LengthOf(IpProtocol kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        IpProtocol.Fragment => Ipv6Fragment.Size,
        _ when bytes.Length < 2 => int.MaxValue,
        // The one extension that counts in 4-byte units, minus 2.
        IpProtocol.Authentication => (bytes[1] + 2) * 4,
        _ => (bytes[1] + 1) * 8,
    };
}
