using Edge.Protocols.Dns;

namespace Edge.Tests.Dns;

/// <summary>RFC 1035 section 4.1.4: names with pointers, and messages that are none.</summary>
public sealed class DnsReaderTests
{
    private const string Header = "000000000001000000000000";

    [Test]
    [Arguments("016101620000010001", "a.b.")]
    [Arguments("00" + "00010001", ".")]
    // A pointer back into the header's bytes: the identifier as the root.
    [Arguments("0161c000" + "00010001", "a.")]
    // Behind the question, which an answer may not be but a question can.
    [Arguments("c012" + "00010001" + "0178016300", "x.c.")]
    public async Task A_name_is_read(string hexadecimal, string name) => await Assert.That(Read(Header + hexadecimal)).IsEqualTo(name);

    [Test]
    [Arguments("")]
    [Arguments("01")]
    [Arguments("0161")]
    [Arguments("016100" + "000100")]
    [Arguments("c00c" + "00010001")]
    [Arguments("c00e" + "c00c" + "00010001")]
    [Arguments("c0ff" + "00010001")]
    [Arguments("c0")]
    [Arguments("4161" + "0000010001")]
    [Arguments("8161" + "0000010001")]
    [Arguments("022e61" + "0000010001")]
    [Arguments("03612e62" + "0000010001")]
    public async Task Bytes_that_are_no_question_are_refused(string hexadecimal) => await Assert.That(Read(Header + hexadecimal)).IsNull();

    [Test]
    public async Task Ten_pointers_are_followed_and_eleven_are_not()
    {
        await Assert.That(Read(Chain(10))).IsEqualTo("a.");
        await Assert.That(Read(Chain(11))).IsNull();

        // Each pointer points at the next, the last at the name behind the question.
        static string Chain(int pointers) => Header + "c012" + "00010001"
            + string.Concat(Enumerable.Range(1, pointers - 1).Select(i => $"c0{0x12 + 2 * i:x2}")) + "016100";
    }

    [Test]
    public async Task A_name_has_255_bytes_at_most()
    {
        var label = "3f" + string.Concat(Enumerable.Repeat("61", 63));
        await Assert.That(Read(Header + label + label + label + "3d" + string.Concat(Enumerable.Repeat("62", 61)) + "0000010001")!.Length).IsEqualTo(254);
        await Assert.That(Read(Header + label + label + label + "3e" + string.Concat(Enumerable.Repeat("62", 62)) + "0000010001")).IsNull();
    }

    [Test]
    public async Task A_record_ends_where_its_message_does()
    {
        await Assert.That(Record("c00c" + "00010001" + "0000003c" + "0004" + "01020304")).IsEqualTo("A 60 01020304");
        await Assert.That(Record("c00c" + "00010001" + "0000003c" + "0005" + "01020304")).IsNull();
        await Assert.That(Record("c00c" + "00010001" + "0000003c" + "00")).IsNull();
        await Assert.That(Record("05" + "00010001")).IsNull();
        // RFC 2181 section 8.
        await Assert.That(Record("00" + "00010001" + "80000000" + "0000")).IsEqualTo("A 0 ");

        static string? Record(string hexadecimal)
        {
            var reader = new DnsReader(Convert.FromHexString(Header + hexadecimal));
            return reader.TryReadRecord(out var record) ? $"{record.Type} {record.TimeToLive} {Convert.ToHexStringLower(record.Data)}" : null;
        }
    }

    private static string? Read(string hexadecimal)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<char> text = stackalloc char[DnsName.MaxText];
        scoped var reader = new DnsReader(Convert.FromHexString(hexadecimal));
        return reader.TryReadQuestion(wire, out var question) ? text[..DnsName.ToText(question.Name, text)].ToString() : null;
    }
}
