using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_relayMap = FieldNames.Of<RelayMapField>();
    private static readonly FieldNames s_homeParameters = FieldNames.Of<HomeParameterField>();
    private static readonly FieldNames s_region = FieldNames.Of<RegionField>();
    private static readonly FieldNames s_relay = FieldNames.Of<RelayField>();

    private static RelayChange? ReadRelays(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var change = new RelayChange();
        while (json.NextField(s_relayMap, out var field))
        {
            switch ((RelayMapField)field)
            {
                case RelayMapField.HomeParams: change.HomeScores = ReadScores(ref json); break;
                case RelayMapField.Regions: change.Regions = ReadRegions(ref json); break;
                case RelayMapField.OmitDefaultRegions: change.OmitDefaultRegions = json.Boolean(); break;
                default: json.Skip(); break;
            }
        }
        return change;
    }

    private static RelayChange ReadWholeRelays(ref JsonSource json) => ReadRelays(ref json) ?? throw json.Fault("relay map");

    private static ValueList<RegionScore>? ReadScores(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        ValueList<RegionScore>? scores = null;
        while (json.NextField(s_homeParameters, out _))
        {
            if (!json.EnterObject()) continue;
            var byRegion = new SortedDictionary<long, RegionScore>();
            while (json.NextKey(out long region))
                byRegion[region] = new((int)region, json.Double());
            var ordered = new RegionScore[byRegion.Count];
            byRegion.Values.CopyTo(ordered, 0);
            scores = ValueLists.Own(ordered);
        }
        return scores;
    }

    private static ValueList<DerpRegion>? ReadRegions(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        var regions = new SortedDictionary<long, DerpRegion>();
        while (json.NextKey(out long id))
        {
            if (id is < 0 or > int.MaxValue) throw json.Fault("number of a region");
            if (!json.IsNull)
                regions[id] = ReadRegion(ref json, (int)id);
        }
        var ordered = new DerpRegion[regions.Count];
        regions.Values.CopyTo(ordered, 0);
        return ValueLists.Own(ordered);
    }

    // The key is the region's number; what the region says of itself is for people.
    private static DerpRegion ReadRegion(ref JsonSource json, int id)
    {
        var region = new DerpRegion { Id = id };
        if (!json.EnterObject()) throw json.Fault("region");
        while (json.NextField(s_region, out var field))
        {
            switch ((RegionField)field)
            {
                case RegionField.RegionCode: region = region with { Code = json.Text() }; break;
                case RegionField.RegionName: region = region with { Name = json.Text() }; break;
                case RegionField.Latitude: region = region with { Latitude = json.Double() }; break;
                case RegionField.Longitude: region = region with { Longitude = json.Double() }; break;
                case RegionField.Avoid: region = region with { Avoid = json.Boolean() }; break;
                case RegionField.NoMeasureNoHome: region = region with { NoMeasureNoHome = json.Boolean() }; break;
                case RegionField.Nodes: region = region with { Nodes = ReadRelayNodes(ref json) }; break;
                default: json.Skip(); break;
            }
        }
        return region;
    }

    private static ValueList<DerpNode> ReadRelayNodes(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        var list = new List<DerpNode>();
        while (json.NextItem())
        {
            if (!json.IsNull)
                list.Add(ReadRelayNode(ref json));
        }
        return ValueLists.Own(list.ToArray());
    }

    private static DerpNode ReadRelayNode(ref JsonSource json)
    {
        var node = new DerpNode();
        if (!json.EnterObject()) throw json.Fault("relay");
        while (json.NextField(s_relay, out var field))
        {
            switch ((RelayField)field)
            {
                case RelayField.Name: node = node with { Name = json.Text() }; break;
                case RelayField.RegionID: node = node with { RegionId = json.Int32() }; break;
                case RelayField.HostName: node = node with { HostName = json.Text() }; break;
                case RelayField.CertName: node = node with { CertificateName = json.Text() }; break;
                case RelayField.IPv4: node = node with { Ipv4 = json.Text() }; break;
                case RelayField.IPv6: node = node with { Ipv6 = json.Text() }; break;
                case RelayField.STUNPort: node = node with { StunPort = json.Int32() }; break;
                case RelayField.STUNOnly: node = node with { IsStunOnly = json.Boolean() }; break;
                case RelayField.DERPPort: node = node with { DerpPort = json.Int32() }; break;
                case RelayField.InsecureForTests: node = node with { IsInsecureForTests = json.Boolean() }; break;
                case RelayField.STUNTestIP: node = node with { StunTestIp = json.Text() }; break;
                case RelayField.CanPort80: node = node with { CanPort80 = json.Boolean() }; break;
                default: json.Skip(); break;
            }
        }
        return node;
    }
}
