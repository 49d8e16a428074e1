using System.Text;
using Edge.Foundation.Configuration;
using Edge.Node.Networks;

namespace Edge.Tests.Networks;

/// <summary>RFC 1928's messages and HTTP's CONNECT, as clients may send them: in any pieces, and wrong.</summary>
public sealed class SocksMessageTests
{
    // Section 4: connect to a name, an IPv4 and an IPv6 address.
    [Test]
    [Arguments("05010003096c6f63616c686f7374" + "1f90", "localhost:8080")]
    [Arguments("050100010a070002" + "0050", "10.7.0.2:80")]
    [Arguments("05010004fd070000000000000000000000000002" + "01bb", "[fd07::2]:443")]
    public async Task A_request_is_read_when_it_is_whole_and_not_before(string hexadecimal, string target)
    {
        var bytes = Convert.FromHexString(hexadecimal);
        for (var length = 0; length < bytes.Length; length++)
            await Assert.That(SocksMessage.ReadRequest(bytes.AsSpan(0, length), out _, out _, out _)).IsEqualTo(SocksVerdict.NeedsMore);
        HostPort? read;
        int used;
        await Assert.That(SocksMessage.ReadRequest([.. bytes, 1, 2, 3], out used, out var command, out read)).IsEqualTo(SocksVerdict.Whole);
        await Assert.That(used).IsEqualTo(bytes.Length);
        await Assert.That(command).IsEqualTo(SocksMessage.Connect);
        await Assert.That(read!.ToString()).IsEqualTo(target);
    }

    [Test]
    [Arguments("04")]
    [Arguments("050101")]
    public async Task What_is_no_request_is_known_at_its_first_wrong_byte(string hexadecimal)
    {
        await Assert.That(SocksMessage.ReadRequest(Convert.FromHexString(hexadecimal), out _, out _, out _)).IsEqualTo(SocksVerdict.Malformed);
    }

    [Test]
    [Arguments("050100030361206201bb")]
    [Arguments("0501000303ff626301bb")]
    [Arguments("050100010a0700020000")]
    [Arguments("0501000200")]
    public async Task A_host_that_is_none_is_no_target(string hexadecimal)
    {
        HostPort? target;
        await Assert.That(SocksMessage.ReadRequest(Convert.FromHexString(hexadecimal), out _, out _, out target)).IsEqualTo(SocksVerdict.Whole);
        await Assert.That(target).IsNull();
    }

    [Test]
    public async Task A_greeting_offers_no_authentication_or_it_does_not()
    {
        bool isOpen;
        await Assert.That(SocksMessage.ReadGreeting([5, 2, 2, 0], out _, out isOpen)).IsEqualTo(SocksVerdict.Whole);
        await Assert.That(isOpen).IsTrue();
        await Assert.That(SocksMessage.ReadGreeting([5, 1, 2, 0], out _, out isOpen)).IsEqualTo(SocksVerdict.Whole);
        await Assert.That(isOpen).IsFalse();
        await Assert.That(SocksMessage.ReadGreeting([5, 2, 2], out _, out _)).IsEqualTo(SocksVerdict.NeedsMore);
        await Assert.That(SocksMessage.ReadGreeting([4], out _, out _)).IsEqualTo(SocksVerdict.Malformed);
    }

    [Test]
    [Arguments("CONNECT 10.7.0.2:80 HTTP/1.1\r\nHost: x\r\n\r\n", true, "10.7.0.2:80")]
    [Arguments("CONNECT [fd07::2]:443 HTTP/1.0\r\n\r\n", true, "[fd07::2]:443")]
    [Arguments("CONNECT nowhere HTTP/1.1\r\n\r\n", true, null)]
    [Arguments("CONNECT a:1 HTTP/2\r\n\r\n", true, null)]
    [Arguments("CONNECT a:1\r\n\r\n", true, null)]
    [Arguments("GET http://a/ HTTP/1.1\r\n\r\n", false, null)]
    [Arguments("\r\n\r\n", false, null)]
    public async Task The_head_of_a_CONNECT_names_its_target(string head, bool isConnect, string? target)
    {
        var bytes = Encoding.ASCII.GetBytes(head);
        await Assert.That(ConnectMessage.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _, out _, out _)).IsFalse();
        bool wasConnect;
        HostPort? read;
        await Assert.That(ConnectMessage.TryRead([.. bytes, 0x16], out var length, out wasConnect, out read)).IsTrue();
        await Assert.That(length).IsEqualTo(bytes.Length);
        await Assert.That(wasConnect).IsEqualTo(isConnect);
        await Assert.That(read?.ToString()).IsEqualTo(target);
    }
}
