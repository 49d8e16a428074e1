using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>The hand-written enumerators on input that no vector has.</summary>
public sealed class WireEnumeratorTests
{
    [Test]
    [Arguments("", "")]
    [Arguments("010101", "")]
    [Arguments("0204 05b4 01 0303 07", "2:05b4 3:07")]
    [Arguments("0204 05b4 00 0303 07", "2:05b4")]
    [Arguments("fd00", "malformed")]
    [Arguments("0201", "malformed")]
    [Arguments("02", "malformed")]
    [Arguments("0402 0204 05", "4: malformed")]
    [Arguments("fd04aabb", "253:aabb")]
    public async Task Tcp_options_end_at_End_and_at_the_first_one_that_is_malformed(string hex, string expected) =>
        await Assert.That(Options(FromHex(hex))).IsEqualTo(expected);

    [Test]
    public async Task Typed_tcp_options_of_another_length_are_not_given()
    {
        await Assert.That(new TcpOption(TcpOptionKind.MaximumSegmentSize, [1, 2, 3]).TryGetMaximumSegmentSize(out _)).IsFalse();
        await Assert.That(new TcpOption(TcpOptionKind.WindowScale, []).TryGetWindowScale(out _)).IsFalse();
        await Assert.That(new TcpOption(TcpOptionKind.Timestamps, [1, 2, 3, 4]).TryGetTimestamps(out _, out _)).IsFalse();
        await Assert.That(new TcpOption(TcpOptionKind.Sack, new byte[9]).SackBlocks).IsEqualTo(0);
    }

    // Next header, length in the header's own units, then padding (PadN: 01 04 00000000).
    [Test]
    [Arguments(6, "aabb", "6:aabb")]
    [Arguments(0, "3c00010400000000 0600010400000000 aa", "0 60 6:aa")]
    [Arguments(44, "11000001 00000007 aabb", "44 17:aabb")]
    [Arguments(44, "11000008 00000007 aabb", "44 later 17:aabb")]
    [Arguments(51, "1104 0000 00000001 00000001 000102030405060708090a0b aa", "51 17:aa")]
    [Arguments(43, "3a02 0401 00000000 20010db8000000000000000000000001 80", "43 58:80")]
    [Arguments(50, "0000000100000001", "50:0000000100000001")]
    [Arguments(59, "", "59:")]
    [Arguments(0, "3c", "malformed")]
    [Arguments(0, "0601010400000000", "malformed")]
    [Arguments(44, "110000", "malformed")]
    [Arguments(51, "11", "malformed")]
    public async Task Ipv6_extensions_lead_to_the_upper_layer(int first, string hex, string expected) =>
        await Assert.That(Chain((byte)first, FromHex(hex))).IsEqualTo(expected);

    [Test]
    public async Task A_chain_of_more_than_eight_headers_is_malformed()
    {
        var eight = string.Concat(Enumerable.Repeat("3c00010400000000", 7)) + "0600010400000000";
        await Assert.That(Chain(60, FromHex(eight))).IsEqualTo("60 60 60 60 60 60 60 60 6:");
        await Assert.That(Chain(60, FromHex("3c00010400000000" + eight))).EndsWith("malformed");
    }

    [Test]
    [Arguments("", "")]
    [Arguments("8022 0001 61 000000 0020 0000", "Software:61 XorMappedAddress:")]
    [Arguments("8022 0001 61 0000", "malformed")]
    [Arguments("8022 0005 61626364", "malformed")]
    [Arguments("8022 00", "malformed")]
    [Arguments("4242 0000 802200", "16962: malformed")]
    public async Task Stun_attributes_are_padded_to_four_bytes(string hex, string expected) =>
        await Assert.That(Attributes(FromHex(hex))).IsEqualTo(expected);

    /// <summary>Bounded and seeded: every walk over random bytes ends, and without an exception.</summary>
    [Test]
    public async Task Enumerators_survive_random_bytes()
    {
        var random = new Random(8489);
        var longest = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            // Small values make the walks go on.
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = random.Next(3) == 0 ? (byte)random.Next(9) : bytes[i];
            var texts = new[] { Options(bytes), Chain((byte)random.Next(64), bytes), Attributes(bytes) };
            longest = Math.Max(longest, texts.Max(t => t.Split(' ').Length));
        }
        await Assert.That(longest).IsGreaterThan(5);
        await Assert.That(longest).IsLessThan(64);
    }

    private static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Options(byte[] bytes)
    {
        var said = new List<string>();
        var options = new TcpOptions(bytes);
        while (options.TryNext(out var option))
        {
            option.TryGetMaximumSegmentSize(out _);
            option.TryGetTimestamps(out _, out _);
            for (var i = 0; i < option.SackBlocks; i++)
                option.SackBlock(i);
            said.Add($"{(byte)option.Kind}:{Convert.ToHexStringLower(option.Data)}");
        }
        if (options.IsMalformed)
            said.Add("malformed");
        return string.Join(' ', said);
    }

    private static string Chain(byte first, byte[] bytes)
    {
        var said = new List<string>();
        var chain = new Ipv6Extensions((IpProtocol)first, bytes);
        while (chain.TryNext(out var extension))
            said.Add($"{(byte)extension.Kind}");
        if (chain.IsLaterFragment)
            said.Add("later");
        said.Add(chain.IsMalformed ? "malformed" : $"{(byte)chain.Protocol}:{Convert.ToHexStringLower(chain.Payload)}");
        return string.Join(' ', said);
    }

    private static string Attributes(byte[] bytes)
    {
        var said = new List<string>();
        var attributes = new StunAttributes(bytes);
        while (attributes.TryNext(out var attribute))
            said.Add($"{attribute.Type}:{Convert.ToHexStringLower(attribute.Value)}");
        if (attributes.IsMalformed)
            said.Add("malformed");
        return string.Join(' ', said);
    }
}
