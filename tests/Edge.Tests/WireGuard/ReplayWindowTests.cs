using System.Globalization;
using Edge.Protocols.WireGuard;
using Edge.Tests.Wire;

namespace Edge.Tests.WireGuard;

public sealed class ReplayWindowTests
{
    [Test]
    public async Task Counters_are_taken_and_refused_as_recorded()
    {
        foreach (var recorded in Vectors.Json("wireguard", "replay.json").EnumerateArray())
        {
            var limit = ulong.Parse(recorded.Text("limit"), CultureInfo.InvariantCulture);
            var window = default(ReplayWindow);
            var verdicts = "";
            foreach (var counter in recorded.GetProperty("counters").EnumerateArray().Select(c => ulong.Parse(c.GetString()!, CultureInfo.InvariantCulture)))
            {
                var isTaken = counter < limit && window.IsNew(counter);
                if (isTaken)
                    window.Mark(counter);
                verdicts += isTaken ? '1' : '0';
            }
            await Assert.That(verdicts).IsEqualTo(recorded.Text("accepted")).Because(recorded.Text("name"));
        }
        await Assert.That((ReplayWindow.Size, WireGuardLimits.RejectAfterMessages)).IsEqualTo((8128, 18446744073709543423));
    }
}
