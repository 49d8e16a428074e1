using System.Globalization;
using System.Text;
using Edge.Foundation.Time;

namespace Edge.Tests.Netstack.Traces;

/// <summary>The packets with text that a sender sent, in their order; and what they say about how it deals with losses.</summary>
internal sealed class SentTrace
{
    // Neighbours that leave within this time are one line of the file.
    private static readonly TimeSpan s_together = TimeSpan.FromMilliseconds(1);

    private readonly List<SentPacket> _packets = [];

    public IReadOnlyList<SentPacket> Packets => _packets;

    public IEnumerable<SentPacket> Repairs => _packets.Where(packet => packet.Copy > 0);

    /// <summary>Packets with text that had been sent and not been lost: for nothing.</summary>
    public int Spurious => Repairs.Count(repair => !_packets.Exists(packet => packet.Segment == repair.Segment && packet.Copy < repair.Copy && packet.IsLost));

    public TimeSpan Duration => _packets[^1].At - _packets[0].At;

    public void Add(SentPacket packet) => _packets.Add(packet);

    /// <summary>How long the first loss waited for its repair.</summary>
    public TimeSpan Detection()
    {
        var repair = Repairs.First();
        return repair.At - _packets.Find(packet => packet.Segment == repair.Segment && packet.Copy == 0).At;
    }

    /// <summary>How many packets left between two times after the first.</summary>
    public int Between(TimeSpan from, TimeSpan to) => _packets.Count(packet => packet.At - _packets[0].At >= from && packet.At - _packets[0].At < to);

    /// <summary>One line a run of segments: microseconds since the first packet, the first one, how many, which copy; an x where the script took them.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _packets.Count;)
        {
            var first = _packets[i];
            var count = 1;
            while (i + count < _packets.Count && IsNext(_packets[i + count - 1], _packets[i + count]))
                count++;
            text.Append(CultureInfo.InvariantCulture, $"{(first.At - _packets[0].At).TotalMicroseconds:0} {first.Segment} {count} {first.Copy}{(first.IsLost ? " x" : "")}\n");
            i += count;
        }
        return text.ToString();
    }

    public static SentTrace Read(IEnumerable<string> lines)
    {
        var trace = new SentTrace();
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var fields = line.Split(' ');
            var numbers = fields.Take(4).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            for (var i = 0; i < numbers[2]; i++)
                trace.Add(new SentPacket(new Timestamp(numbers[0] * 1000), (int)numbers[1] + i, (int)numbers[3], fields.Length > 4));
        }
        return trace;
    }

    private static bool IsNext(SentPacket one, SentPacket other) =>
        other.Segment == one.Segment + 1 && other.Copy == one.Copy && other.IsLost == one.IsLost && other.At - one.At < s_together;
}
