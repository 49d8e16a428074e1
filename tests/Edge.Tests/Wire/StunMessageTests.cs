using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>RFC 8489 messages as Tailscale's client and server exchange and judge them.</summary>
public sealed class StunMessageTests
{
    [Test]
    public async Task A_request_is_software_and_fingerprint()
    {
        foreach (var exchange in Exchanges())
        {
            var (description, rebuilt) = Request(exchange.Hex("request"));
            await Assert.That(description).IsEqualTo($"BindingRequest 20 {exchange.Text("tx_id")} Software:tailnode Fingerprint:valid");
            await Assert.That(rebuilt).IsEqualTo(exchange.Text("request"));
        }

        static (string, string) Request(byte[] bytes)
        {
            StunHeader.TryRead(bytes, out var header);
            var text = new StringBuilder($"{header.Type} {header.Length} {Convert.ToHexStringLower(header.TransactionId)}");
            var attributes = new StunAttributes(header.Attributes);
            while (attributes.TryNext(out var attribute))
            {
                text.Append(' ').Append(attribute.Type).Append(':');
                if (attribute.Type == StunAttributeType.Software)
                    text.Append(Encoding.ASCII.GetString(attribute.Value));
                else if (StunFingerprint.TryRead(attribute.Value, out var print))
                    text.Append((print.MaskedCrc ^ StunFingerprint.Mask) == Crc32(bytes.AsSpan(0, bytes.Length - 8)) ? "valid" : "wrong");
            }

            var again = new byte[40];
            var at = StunHeader.WriteHeader(again, StunMessageType.BindingRequest, length: 20, header.TransactionId);
            at += StunAttribute.Write(again.AsSpan(at), StunAttributeType.Software, "tailnode"u8);
            at += StunAttribute.WriteHeader(again.AsSpan(at), StunAttributeType.Fingerprint, StunFingerprint.Size);
            StunFingerprint.Write(again.AsSpan(at), Crc32(again.AsSpan(0, 32)) ^ StunFingerprint.Mask);
            return (text.ToString(), Convert.ToHexStringLower(again));
        }
    }

    [Test]
    public async Task A_response_gives_the_masked_address()
    {
        foreach (var exchange in Exchanges())
        {
            await Assert.That(ReadResponse(exchange.Hex("response"))).IsEqualTo(exchange.Text("response_addr"));
            await Assert.That(WriteResponse(exchange.Hex("tx_id"), IPEndPoint.Parse(exchange.Text("response_addr")))).IsEqualTo(exchange.Text("response"));
        }
    }

    [Test]
    public async Task What_is_STUN_at_all_is_what_the_real_parser_takes_for_it()
    {
        var wrong = Verdicts().Where(v => StunHeader.TryRead(v.Hex("packet"), out _) != v.GetProperty("is_stun").GetBoolean()).Select(v => v.Text("why"));
        await Assert.That(wrong).IsEmpty();
    }

    /// <summary>The parts of the real client's parser that are codec: type, length, attributes, family.</summary>
    [Test]
    public async Task Responses_are_read_as_the_real_client_reads_them()
    {
        foreach (var verdict in Vectors.Json("stun", "response_verdicts.json").EnumerateArray())
        {
            var address = ReadResponse(verdict.Hex("packet"));
            await Assert.That(address).IsEqualTo(verdict.GetProperty("accepted").GetBoolean() ? verdict.Text("addr") : null).Because(verdict.Text("why"));
        }
    }

    [Test]
    public async Task Malformed_attributes_of_requests_are_seen()
    {
        foreach (var verdict in Vectors.Json("stun", "request_verdicts.json").EnumerateArray().Where(v => v.GetProperty("is_stun").GetBoolean()))
        {
            var malformed = verdict.Has("error") && verdict.Text("error") == "STUN response has malformed attributes";
            await Assert.That(Malformed(verdict.Hex("packet"))).IsEqualTo(malformed).Because(verdict.Text("why"));
        }

        static bool Malformed(byte[] packet)
        {
            StunHeader.TryRead(packet, out var header);
            var attributes = new StunAttributes(header.Attributes);
            while (attributes.TryNext(out _))
            {
            }
            return attributes.IsMalformed;
        }
    }

    private static JsonElement.ArrayEnumerator Exchanges() => Vectors.Json("stun", "exchanges.json").EnumerateArray();

    private static IEnumerable<JsonElement> Verdicts() =>
        Vectors.Json("stun", "request_verdicts.json").EnumerateArray().Concat(Vectors.Json("stun", "response_verdicts.json").EnumerateArray());

    /// <summary>The address of a success response as text, the masked one before the plain one; null when the message is none or malformed.</summary>
    private static string? ReadResponse(byte[] packet)
    {
        if (!StunHeader.TryRead(packet, out var header) || header.Type != StunMessageType.BindingSuccess || header.Length > header.Attributes.Length)
            return null;
        IPEndPoint? masked = null, plain = null;
        var attributes = new StunAttributes(header.Attributes[..header.Length]);
        while (attributes.TryNext(out var attribute))
        {
            var isMasked = attribute.Type is StunAttributeType.XorMappedAddress or StunAttributeType.XorMappedAddressDraft;
            if (!isMasked && attribute.Type != StunAttributeType.MappedAddress)
                continue;
            if (Address(attribute.Value, isMasked, header.TransactionId) is not { } address)
                return null;
            if (isMasked)
                masked = address;
            else
                plain = address;
        }
        return attributes.IsMalformed ? null : (masked ?? plain)?.ToString();
    }

    private static IPEndPoint? Address(ReadOnlySpan<byte> value, bool masked, ReadOnlySpan<byte> transaction)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (StunAddress4.TryRead(value, out var four))
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, masked ? StunAddress4.Mask(four.Address) : four.Address);
            return new IPEndPoint(new IPAddress(bytes[..4]), masked ? StunAddress4.Mask(four.Port) : four.Port);
        }
        if (StunAddress6.TryRead(value, out var six))
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, masked ? StunAddress6.Mask(six.Address, transaction) : six.Address);
            var address = new IPAddress(bytes);
            return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, masked ? StunAddress4.Mask(six.Port) : six.Port);
        }
        return null;
    }

    private static string WriteResponse(byte[] transaction, IPEndPoint to)
    {
        var address = to.Address.GetAddressBytes();
        var value = new byte[address.Length + 4];
        if (address.Length == 4)
            StunAddress4.Write(value, StunAddress4.Mask((ushort)to.Port), StunAddress4.Mask(BinaryPrimitives.ReadUInt32BigEndian(address)));
        else
            StunAddress6.Write(value, StunAddress4.Mask((ushort)to.Port), StunAddress6.Mask(BinaryPrimitives.ReadUInt128BigEndian(address), transaction));
        var attribute = new byte[value.Length + 4];
        StunAttribute.Write(attribute, StunAttributeType.XorMappedAddress, value);
        var packet = new byte[attribute.Length + 20];
        StunHeader.Write(packet, StunMessageType.BindingSuccess, (ushort)attribute.Length, transaction, attribute);
        return Convert.ToHexStringLower(packet);
    }

    /// <summary>The CRC of ITU V.42, bit by bit.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        return ~crc;
    }
}
