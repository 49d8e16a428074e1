using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_plan = FieldNames.Of<PlanField>();
    private static readonly FieldNames s_candidate = FieldNames.Of<CandidateField>();

    /// <summary>Null: nothing was told. Empty: the server is looked up.</summary>
    private static ValueList<ControlCandidate>? ReadPlan(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var candidates = new List<ControlCandidate>();
        while (json.NextField(s_plan, out var field))
        {
            if ((PlanField)field != PlanField.Candidates || !json.EnterArray())
            {
                json.Skip();
                continue;
            }
            while (json.NextItem())
            {
                if (ReadCandidate(ref json) is { } candidate && candidates.Count < ControlCandidate.Most)
                    candidates.Add(candidate);
            }
        }
        return ValueLists.Own(candidates.ToArray());
    }

    /// <summary>Null: it is none that can be dialled. A way through a proxy of the server's (ACEHost) is none: the stock client has it in some builds only.</summary>
    private static ControlCandidate? ReadCandidate(ref JsonSource json)
    {
        var (address, proxy, delay, limit) = ((IpAddress?)null, "", 0.0, 0.0);
        if (!json.EnterObject()) return null;
        while (json.NextField(s_candidate, out var field))
        {
            switch ((CandidateField)field)
            {
                case CandidateField.IP: address = json.IsNull || json.Text().Length == 0 ? null : json.Address(); break;
                case CandidateField.ACEHost: proxy = json.Text(); break;
                case CandidateField.DialStartDelaySec: delay = json.Double(); break;
                case CandidateField.DialTimeoutSec: limit = json.Double(); break;
                default: json.Skip(); break;
            }
        }
        return address is { } known && proxy.Length == 0 ? new(known, Bounded(delay), Bounded(limit)) : null;
    }

    private static TimeSpan Bounded(double seconds) =>
        seconds >= ControlCandidate.Longest.TotalSeconds ? ControlCandidate.Longest : seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
