using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Edge.Foundation.Netmap;

namespace Edge.Node.Tailnet.Relays;

/// <summary>Relays that the configuration names beside the netmap's: used, but never this node's home, where no peer could find it.</summary>
internal static class CustomRelays
{
    // Above what control servers give out; a region's number is one of 16 bits in the places where it stands for an address.
    private const int FirstRegion = 32_768;

    /// <summary>The netmap's relays with those that it does not have: one whose host a region names already is that region's.</summary>
    public static DerpMap Add(DerpMap map, IReadOnlyList<Uri> relays)
    {
        if (relays.Count == 0)
            return map;
        List<DerpRegion> regions = [.. map.Regions];
        foreach (var relay in relays)
        {
            if (regions.Exists(region => IsNamed(region, relay.IdnHost)))
                continue;
            var id = IdOf(relay);
            while (regions.Exists(region => region.Id == id))
                id = id < ushort.MaxValue ? id + 1 : FirstRegion;
            regions.Add(new DerpRegion
            {
                Id = id,
                Code = relay.IdnHost,
                Name = relay.IdnHost,
                NoMeasureNoHome = true,
                Nodes = [new DerpNode { Name = relay.IdnHost, RegionId = id, HostName = relay.IdnHost.Trim('[', ']'), DerpPort = relay.Port, StunPort = -1 }],
            });
        }
        regions.Sort(static (a, b) => a.Id - b.Id);
        return map with { Regions = [.. regions] };
    }

    private static bool IsNamed(DerpRegion region, string host)
    {
        foreach (var node in region.Nodes)
        {
            if (string.Equals(node.HostName, host, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>The same at every start.</summary>
    private static int IdOf(Uri relay) =>
        FirstRegion + BinaryPrimitives.ReadUInt16BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(relay.GetLeftPart(UriPartial.Authority)))) % (ushort.MaxValue - FirstRegion + 1);
}
