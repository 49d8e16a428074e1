using System.Globalization;
using System.Text;
using Edge.Foundation.Time;

namespace Edge.Tests.Foundation;

/// <summary>Calendar times as Go writes and reads them (time.Time's JSON, RFC 3339).</summary>
public sealed class UtcTimeTests
{
    [Test]
    [Arguments("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [Arguments("2026-11-23T01:03:44.18179041Z", "2026-11-23T01:03:44.18179041Z")]
    [Arguments("2026-11-23T01:03:44.123456789Z", "2026-11-23T01:03:44.123456789Z")]
    [Arguments("2026-11-23T01:03:44.1234567891Z", "2026-11-23T01:03:44.123456789Z")]
    [Arguments("2026-11-23T01:03:44.000Z", "2026-11-23T01:03:44Z")]
    [Arguments("2026-11-23T01:03:44+02:00", "2026-11-22T23:03:44Z")]
    [Arguments("2024-02-29T23:59:59.5-05:30", "2024-03-01T05:29:59.5Z")]
    [Arguments("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z")]
    public async Task A_time_is_read_and_written(string text, string written)
    {
        await Assert.That(UtcTime.TryParse(Encoding.ASCII.GetBytes(text), out var time)).IsTrue();
        await Assert.That(time.ToString()).IsEqualTo(written);
    }

    [Test]
    [Arguments("")]
    [Arguments("2026-11-23T01:03:44")]
    [Arguments("2026-11-23 01:03:44Z")]
    [Arguments("2026-11-23T01:03:44z")]
    [Arguments("2026-13-01T00:00:00Z")]
    [Arguments("2026-02-29T00:00:00Z")]
    [Arguments("2026-01-01T24:00:00Z")]
    [Arguments("2026-01-01T00:00:60Z")]
    [Arguments("2026-01-01T00:00:00.Z")]
    [Arguments("2026-01-01T00:00:00+2:00")]
    [Arguments("2026-01-01T00:00:00+02:60")]
    [Arguments("0000-01-01T00:00:00Z")]
    [Arguments("2026-01-01T00:00:00Zx")]
    public async Task What_is_no_time_is_refused(string text) =>
        await Assert.That(UtcTime.TryParse(Encoding.ASCII.GetBytes(text), out _)).IsFalse();

    [Test]
    public async Task The_default_is_no_time() => await Assert.That(default(UtcTime).ToString()).IsEqualTo("0001-01-01T00:00:00Z");

    [Test]
    [Arguments("2026-01-02T03:04:05.25Z", "-00:00:00.5000000", "2026-01-02T03:04:04.75Z")]
    [Arguments("2026-01-02T03:04:05.75Z", "00:00:00.5000000", "2026-01-02T03:04:06.25Z")]
    [Arguments("2026-01-02T03:04:05Z", "1.00:00:00", "2026-01-03T03:04:05Z")]
    public async Task Spans_are_added_and_subtracted(string from, string span, string to)
    {
        var (start, end) = (Read(from), Read(to));
        var length = TimeSpan.Parse(span, CultureInfo.InvariantCulture);
        await Assert.That(start + length).IsEqualTo(end);
        await Assert.That(end - start).IsEqualTo(length);
        await Assert.That(start < end).IsEqualTo(length > TimeSpan.Zero);
    }

    [Test]
    public async Task It_is_the_platforms_time()
    {
        var platform = new DateTimeOffset(2026, 11, 27, 12, 0, 0, 123, TimeSpan.FromHours(3));
        await Assert.That(UtcTime.Of(platform).ToString()).IsEqualTo("2026-11-27T09:00:00.123Z");
        await Assert.That(UtcTime.OfUnixSeconds(123).ToString()).IsEqualTo("1970-01-01T00:02:03Z");
    }

    private static UtcTime Read(string text) =>
        UtcTime.TryParse(Encoding.ASCII.GetBytes(text), out var time) ? time : throw new FormatException(text);
}
