using Edge.Foundation.Netmap;

namespace Edge.Tests.Foundation.Netmap;

/// <summary>What a filter rule may say, and what the framework's parser would make something else of.</summary>
public sealed class AddressRangeTests
{
    [Test]
    [Arguments("100.64.0.1", "100.64.0.1-100.64.0.1")]
    [Arguments("10.0.0.0/8", "10.0.0.0-10.255.255.255")]
    [Arguments("0.0.0.0/0", "0.0.0.0-255.255.255.255")]
    [Arguments("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [Arguments("fd7a::1-fd7a::3", "fd7a::1-fd7a::3")]
    [Arguments("64:ff9b::1.2.3.4", "64:ff9b::102:304-64:ff9b::102:304")]
    [Arguments("10.0.0.1/8", null)]
    [Arguments("10.1", null)]
    [Arguments("10", null)]
    [Arguments("010.0.0.1", null)]
    [Arguments("0x0a.0.0.1", null)]
    [Arguments("10.0.0.1.", null)]
    [Arguments("[::1]", null)]
    [Arguments("[::1]:80", null)]
    [Arguments("fe80::1%2", null)]
    [Arguments("::ffff:10.0.0.1", null)]
    [Arguments("10.0.0.9-10.0.0.1", null)]
    [Arguments("10.0.0.1-fd7a::1", null)]
    [Arguments("10.0.0.0/08", null)]
    [Arguments("10.0.0.0/33", null)]
    [Arguments("10.0.0.0/", null)]
    [Arguments(" 10.0.0.1", null)]
    [Arguments("", null)]
    [Arguments("*", null)]
    public async Task Ranges_are_read_strictly(string text, string? range) =>
        await Assert.That(AddressRange.TryParse(text, out var parsed) ? parsed.ToString() : null).IsEqualTo(range);
}
