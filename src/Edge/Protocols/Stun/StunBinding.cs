using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Stun;

/// <summary>
/// The one exchange that nodes have with a STUN server: "where do I come from?" (RFC 8489 binding, by UDP). Requests carry SOFTWARE "tailnode"
/// and a FINGERPRINT, and servers answer no others (tailscale 1.96.5, net/stun/stun.go), so that strangers cannot use them.
/// </summary>
internal static class StunBinding
{
    public const int TransactionIdSize = 12;

    /// <summary>Bytes of a request.</summary>
    public const int RequestSize = StunHeader.Size + SoftwareSize + FingerprintSize;

    /// <summary>Bytes of the longest response, that to an IPv6 address: a tenth more than the request that asked for it.</summary>
    public const int MaxResponseSize = StunHeader.Size + StunAttribute.Size + StunAddress6.Size;

    // SOFTWARE's eight bytes need no padding.
    private const int SoftwareSize = StunAttribute.Size + 8;
    private const int FingerprintSize = StunAttribute.Size + StunFingerprint.Size;

    private static ReadOnlySpan<byte> Software => "tailnode"u8;

    /// <summary>Whether a datagram is STUN's, as far as it can be told apart from DISCO's and WireGuard's.</summary>
    public static bool IsStun(ReadOnlySpan<byte> datagram) => StunHeader.TryRead(datagram, out _);

    /// <summary>Writes a request.</summary>
    /// <param name="destination">At least <see cref="RequestSize"/> bytes.</param>
    /// <param name="transactionId">12 bytes that nobody can foretell: whoever sees them can answer.</param>
    /// <returns><see cref="RequestSize"/>.</returns>
    public static int WriteRequest(Span<byte> destination, ReadOnlySpan<byte> transactionId)
    {
        var at = StunHeader.WriteHeader(destination, StunMessageType.BindingRequest, SoftwareSize + FingerprintSize, transactionId);
        at += StunAttribute.Write(destination[at..], StunAttributeType.Software, Software);
        var fingerprint = Crc32.Compute(destination[..at]) ^ StunFingerprint.Mask;
        at += StunAttribute.WriteHeader(destination[at..], StunAttributeType.Fingerprint, StunFingerprint.Size);
        return at + StunFingerprint.Write(destination[at..], fingerprint);
    }

    /// <summary>The server's look at a datagram. The header's length is not looked at: the real server does not either.</summary>
    /// <param name="datagram">All of it: the fingerprint covers everything before itself.</param>
    /// <param name="transactionId">12 bytes inside <paramref name="datagram"/>, for the response; empty unless it was accepted.</param>
    public static StunVerdict ReadRequest(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> transactionId)
    {
        transactionId = default;
        if (!StunHeader.TryRead(datagram, out var header))
            return StunVerdict.NotStun;
        if (header.Type != StunMessageType.BindingRequest)
            return StunVerdict.WrongType;

        var (isOurs, isLastFingerprint, masked) = (false, false, 0u);
        var attributes = new StunAttributes(header.Attributes);
        while (attributes.TryNext(out var attribute))
        {
            isOurs |= attribute.Type == StunAttributeType.Software && attribute.Value.SequenceEqual(Software);
            isLastFingerprint = attribute.Type == StunAttributeType.Fingerprint;
            if (isLastFingerprint && attribute.Length == StunFingerprint.Size && StunFingerprint.TryRead(attribute.Value, out var fingerprint))
                masked = fingerprint.MaskedCrc;
        }
        if (attributes.IsMalformed)
            return StunVerdict.Malformed;
        if (!isOurs)
            return StunVerdict.WrongSoftware;
        if (!isLastFingerprint)
            return StunVerdict.NoFingerprint;
        if ((Crc32.Compute(datagram[..^FingerprintSize]) ^ StunFingerprint.Mask) != masked)
            return StunVerdict.WrongFingerprint;
        transactionId = header.TransactionId;
        return StunVerdict.Accepted;
    }

    /// <summary>Writes the response to a request.</summary>
    /// <param name="destination">At least <see cref="MaxResponseSize"/> bytes.</param>
    /// <param name="transactionId">The request's, 12 bytes.</param>
    /// <param name="source">Where the request came from.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteResponse(Span<byte> destination, ReadOnlySpan<byte> transactionId, Endpoint source)
    {
        var size = source.Address.IsV4 ? StunAddress4.Size : StunAddress6.Size;
        var at = StunHeader.WriteHeader(destination, StunMessageType.BindingSuccess, (ushort)(StunAttribute.Size + size), transactionId);
        at += StunAttribute.WriteHeader(destination[at..], StunAttributeType.XorMappedAddress, (ushort)size);
        var port = StunAddress4.Mask(source.Port);
        return at + (source.Address.IsV4
            ? StunAddress4.Write(destination[at..], port, StunAddress4.Mask(source.Address.V4Bits))
            : StunAddress6.Write(destination[at..], port, StunAddress6.Mask(source.Address.Bits, transactionId)));
    }

    /// <summary>
    /// The client's look at a datagram. The masked address counts before the plain one, which some routers rewrite (RFC 8489 section 14.2);
    /// of two the last. Whether it answers a question of ours, its transaction says.
    /// </summary>
    /// <param name="datagram">Bytes behind the header's length are ignored.</param>
    /// <param name="transactionId">12 bytes inside <paramref name="datagram"/>; empty unless it was accepted.</param>
    /// <param name="mapped">Where the server saw the request come from.</param>
    public static StunVerdict ReadResponse(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> transactionId, out Endpoint mapped)
    {
        transactionId = default;
        mapped = default;
        if (!StunHeader.TryRead(datagram, out var header))
            return StunVerdict.NotStun;
        if (header.Type != StunMessageType.BindingSuccess)
            return StunVerdict.WrongType;
        if (header.Length > header.Attributes.Length)
            return StunVerdict.Malformed;

        var (hasMasked, hasAny) = (false, false);
        var attributes = new StunAttributes(header.Attributes[..header.Length]);
        while (attributes.TryNext(out var attribute))
        {
            var isMasked = attribute.Type is StunAttributeType.XorMappedAddress or StunAttributeType.XorMappedAddressDraft;
            if (!isMasked && attribute.Type != StunAttributeType.MappedAddress)
                continue;
            if (!TryReadAddress(attribute.Value, isMasked, header.TransactionId, out var found))
                return StunVerdict.Malformed;
            if (isMasked || !hasMasked)
                mapped = found;
            hasMasked |= isMasked;
            hasAny = true;
        }
        if (attributes.IsMalformed || !hasAny)
        {
            mapped = default;
            return StunVerdict.Malformed;
        }
        transactionId = header.TransactionId;
        return StunVerdict.Accepted;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> value, bool isMasked, ReadOnlySpan<byte> transactionId, out Endpoint address)
    {
        if (StunAddress4.TryRead(value, out var four))
        {
            address = isMasked
                ? new Endpoint(IpAddress.V4(StunAddress4.Mask(four.Address)), StunAddress4.Mask(four.Port))
                : new Endpoint(IpAddress.V4(four.Address), four.Port);
            return true;
        }
        if (StunAddress6.TryRead(value, out var six))
        {
            address = isMasked
                ? new Endpoint(new IpAddress(StunAddress6.Mask(six.Address, transactionId)), StunAddress4.Mask(six.Port))
                : new Endpoint(new IpAddress(six.Address), six.Port);
            return true;
        }
        address = default;
        return false;
    }
}
