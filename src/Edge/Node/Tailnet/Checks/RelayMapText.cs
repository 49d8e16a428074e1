using System.Diagnostics.CodeAnalysis;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Json;

namespace Edge.Node.Tailnet.Checks;

/// <summary>A relay map as operators keep it and servers publish it: JSON in the fields of tailcfg.DERPMap.</summary>
internal static class RelayMapText
{
    /// <param name="json">UTF-8.</param>
    /// <param name="map">With a region at least; null where the result is false.</param>
    /// <param name="fault">What is wrong with it, for people; null where the result is true.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out DerpMap? map, [NotNullWhen(false)] out string? fault)
    {
        if (ControlJsonReader.TryReadRelays(json, out map, out fault) && !map.Regions.IsEmpty)
        {
            fault = null;
            return true;
        }
        (map, fault) = (null, fault ?? "it names no region");
        return false;
    }
}
