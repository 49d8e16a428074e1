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

    /// <summary>Null: it is none that can be dialled.</summary>
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
        return proxy.Length > 0 ? IsHostName(proxy) ? new ControlCandidate(address, Bounded(delay), Bounded(limit)) { Proxy = proxy } : null
            : address is not null ? new ControlCandidate(address, Bounded(delay), Bounded(limit))
            : null;
    }

    /// <summary>It goes into a request's header.</summary>
    private static bool IsHostName(string text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-'))
                return false;
        }
        return text.Length <= 253;
    }

    private static TimeSpan Bounded(double seconds) =>
        seconds >= ControlCandidate.Longest.TotalSeconds ? ControlCandidate.Longest : seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
