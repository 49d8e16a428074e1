namespace Edge.Generators.Tests.Wire;

/// <summary>What the declared messages of the executable do not use is run here, against bytes written out by hand.</summary>
public sealed class WireGeneratorBehaviourTests
{
    [Test]
    public async Task Little_endian_integers_have_their_first_byte_last() => await Expect(Snapshot("Little"), """
        var buffer = new byte[17];
        N.Little.Write(buffer, two: 0x0102, three: 0x030405, four: 0x06070809, eight: 0x0a0b0c0d0e0f1011);
        N.Little.TryRead(buffer, out var m);
        return $"{Convert.ToHexString(buffer)} {m.Two:x} {m.Three:x} {m.Four:x} {m.Eight:x} {N.Little.TryRead(new byte[18], out _)}";
        """, "020105040309080706" + "11100F0E0D0C0B0A 102 30405 6070809 a0b0c0d0e0f1011 False");

    // 0b1010101010101_110 = 0xaaae -> ae aa; 0xf_12345 -> 45 23 f1
    [Test]
    public async Task Little_endian_bit_fields_start_at_the_least_significant_bit() => await Expect(Snapshot("LittleBits"), """
        var buffer = new byte[5];
        N.LittleBits.Write(buffer, low: 0b110, high: 0b1010101010101, first: 0x12345, last: 0xf);
        N.LittleBits.TryRead(buffer, out var m);
        var first = $"{Convert.ToHexString(buffer)} {m.Low} {m.High:x} {m.First:x} {m.Last:x}";
        var writer = new N.LittleBits.Writer(buffer);
        writer.Low = 1;
        writer.Last = 0;
        return $"{first} {Convert.ToHexString(buffer)}";
        """, "AEAA4523F1 6 1555 12345 f A9AA452301");

    [Test]
    public async Task Every_kind_of_field_is_written_and_read() => await Expect(Snapshot("Everything"), """
        var buffer = new byte[80];
        buffer.AsSpan().Fill(0xff);
        var length = N.Everything.Write(buffer, high: 9, flag: true, first: 0xa, middle: 0xbcdef, last: 0x1234567890, small: 1, yes: true,
            four: 4, eight: 8, sixteen: 16, innerWhere: 0x7f000001, key: "secret!!"u8, head: [1, 2, 3], words: [4, 5, 6, 7], rest: [8, 9]);
        var ok = N.Everything.TryRead(buffer.AsSpan(0, length), out var m);
        return $"{ok} {length} {Convert.ToHexString(buffer, 0, length)} {Convert.ToHexString(m.Head)} {Convert.ToHexString(m.Words)} {Convert.ToHexString(m.Rest)} {m.Dump()}";
        """,
        "True 71 " + "454407" + "91" + "A5E6F79234567890" + "01" + "01" + "0041" + "000001" + "00000004" + "0000000000000008"
        + "00000000000000000000000000000010" + "BEEF7F000001" + "00" + "7365637265742121" + "010203" + "04050607" + "0809"
        + " 010203 04050607 0809 Everything { Magic=4544, Kind=7(Some), High=9, Flag=true, First=10, Middle=773615, Last=78187493520, Small=1, Yes=true,"
        + " HeadLength=65, TailWords=1, Four=4, Eight=8, Sixteen=::10, Inner=Inner { Mark=48879, Where=127.0.0.1 }, Key=redacted(8 bytes),"
        + " Head=010203, Words=04050607, Rest=redacted(2 bytes) }");

    [Test]
    public async Task A_message_is_refused_when_a_constant_length_or_unit_is_wrong() => await Expect(Snapshot("Everything"), """
        var good = new byte[73];
        N.Everything.Write(good, 9, true, 1, 2, 3, 1, true, 4, 8, 16, 0, "secret!!"u8, [1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]);
        var said = new List<string>();
        void Try(string what, int at, byte value, int length = 73)
        {
            var bytes = (byte[])good.Clone();
            bytes[at] = value;
            if (N.Everything.TryRead(bytes.AsSpan(0, length), out _)) said.Add(what);
        }
        Try("magic", 1, 0);
        Try("constant", 2, 6);
        Try("nested constant", 47, 0);
        Try("head shorter than its minimum", 15, 63);
        Try("head before the start", 15, 3);
        Try("head beyond the end", 14, 1);
        Try("words beyond the end", 18, 3);
        Try("rest in half a unit", 0, 0x45, 72);
        Try("rest shorter than its minimum", 0, 0x45, 69);
        Try("nothing wrong", 0, 0x45);
        return string.Join(", ", said);
        """, "nothing wrong");

    [Test]
    public async Task A_writer_refuses_what_does_not_fit() => await Expect(Snapshot("Everything"), """
        var said = new List<string>();
        void Try(int buffer, byte[] key, byte[] words, int head = 3)
        {
            try { N.Everything.Write(new byte[buffer], 9, true, 1, 2, 3, 1, true, 4, 8, 16, 0, key, new byte[head], words, []); said.Add("written"); }
            catch (ArgumentException e) { said.Add(e.Message); }
        }
        Try(64, new byte[8], []);
        Try(65, new byte[7], []);
        Try(68, new byte[8], new byte[3]);
        Try(70_000, new byte[8], [], head: 65_474);
        Try(65, new byte[8], []);
        return string.Join("|", said);
        """,
        "Everything needs 65 bytes, the destination has 64. (Parameter 'destination')|The field has 8 bytes, 7 were given. (Parameter 'key')"
        + "|3 bytes are not whole units of 4. (Parameter 'words')|The length field ends at 65535, 65536 are needed. (Parameter 'head')|written");

    [Test]
    public async Task Optional_fields_are_absent_together_with_all_behind_them() => await Expect(Snapshot("Shorter"), """
        var buffer = new byte[11];
        N.Shorter.Write(buffer, @event: 1, key: [2, 3, 4, 5], doorNumber: 6, number: 7, rest: [8, 9]);
        var said = new List<string>();
        for (var length = 0; length <= 11; length++)
        {
            said.Add(N.Shorter.TryRead(buffer.AsSpan(0, length), out var m)
                ? $"{Convert.ToHexString(m.Key)} {(m.HasDoor ? m.Door.Number : -1)} {m.Number} {Convert.ToHexString(m.Rest)}"
                : "no");
        }
        N.Shorter.TryRead(buffer.AsSpan(0, 5), out var shorter);
        return string.Join("|", said) + shorter.Dump() + N.Shorter.TryRead([1, 2, 3, 4, 5, 0x80, 6], out _);
        """,
        "no| -1 0 | -1 0 02| -1 0 0203| -1 0 020304|02030405 -1 0 |02030405 -1 0 00|02030405 6 0 |02030405 6 0 00|02030405 6 7 |02030405 6 7 08|02030405 6 7 0809"
        + "Shorter { Event=1, Key=02030405, Door=absent, Number=absent, Rest= }False");

    [Test]
    public async Task An_empty_view_throws_instead_of_reading_foreign_memory() => await Expect(Snapshot("Little"), """
        N.Little none = default;
        try { return none.Four.ToString(); } catch (ArgumentOutOfRangeException) { return "out of range"; }
        """, "out of range");

    private static string Snapshot(string name) =>
        File.ReadAllText(WireRun.PathOf("tests", "Edge.Generators.Tests", "Wire", "Snapshots", $"{name}.input.txt"));

    private static async Task Expect(string declarations, string body, string result) =>
        await Assert.That(WireRun.Execute($"{declarations}\npublic static class Probe {{ public static string Run() {{ {body} }} }}"))
            .IsEqualTo(result);
}
