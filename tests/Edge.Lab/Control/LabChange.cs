using System.Globalization;

namespace Edge.Lab.Control;

/// <summary>What tests in other processes change of the tailnet, as a path: `/number/NODE/N` gives a node other addresses, `/ports/FIRST/LAST` leaves the policy these ports only.</summary>
internal static class LabChange
{
    /// <returns>False: there is no such change, or no such node.</returns>
    public static bool TryApply(LabTailnet tailnet, string path)
    {
        switch (path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["number", var name, var text] when tailnet.State.Find(name) is { } node && ushort.TryParse(text, CultureInfo.InvariantCulture, out var number):
                tailnet.Change(node.Id, known => known with { Number = number });
                return true;
            case ["ports", var first, var last] when ushort.TryParse(first, CultureInfo.InvariantCulture, out var from) && ushort.TryParse(last, CultureInfo.InvariantCulture, out var to):
                tailnet.Change(state => state with { Rules = [LabRule.All with { FirstPort = from, LastPort = to }] });
                return true;
            default:
                return false;
        }
    }
}
