using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_host = FieldNames.Of<HostField>();
    private static readonly FieldNames s_service = FieldNames.Of<ServiceField>();
    private static readonly FieldNames s_network = FieldNames.Of<NetworkField>();

    private readonly HostDraft _host = new();

    private HostInfo ReadHost(ref JsonSource json)
    {
        if (!json.EnterObject()) return HostInfo.Empty;
        var host = _host;
        host.Clear();
        var isEmpty = true;
        while (json.NextField(s_host, out var field))
        {
            isEmpty = false;
            if (field < (int)HostField.ShieldsUp)
                ReadHostSystem(ref json, host, (HostField)field);
            else
                ReadHostState(ref json, host, (HostField)field);
        }
        return isEmpty ? HostInfo.Empty : host.ToHost();
    }

    private static void ReadHostSystem(ref JsonSource json, HostDraft host, HostField field)
    {
        switch (field)
        {
            case HostField.IPNVersion: host.ClientVersion = json.Pooled(); break;
            case HostField.BackendLogID: host.BackendLogId = json.Pooled(); break;
            case HostField.OS: host.Os = json.Pooled(); break;
            case HostField.OSVersion: host.OsVersion = json.Pooled(); break;
            case HostField.Container: host.Container = json.NullableBoolean(); break;
            case HostField.Env: host.Environment = json.Pooled(); break;
            case HostField.Distro: host.Distribution = json.Pooled(); break;
            case HostField.DistroVersion: host.DistributionVersion = json.Pooled(); break;
            case HostField.DistroCodeName: host.DistributionCodeName = json.Pooled(); break;
            case HostField.App: host.App = json.Pooled(); break;
            case HostField.Desktop: host.Desktop = json.NullableBoolean(); break;
            case HostField.Package: host.Package = json.Pooled(); break;
            case HostField.DeviceModel: host.DeviceModel = json.Pooled(); break;
            case HostField.Hostname: host.Hostname = json.Text(); break;
            default: json.Skip(); break;
        }
    }

    private void ReadHostState(ref JsonSource json, HostDraft host, HostField field)
    {
        switch (field)
        {
            case HostField.ShieldsUp: host.ShieldsUp = json.Boolean(); break;
            case HostField.ShareeNode: host.ShareeNode = json.Boolean(); break;
            case HostField.NoLogsNoSupport: host.NoLogsNoSupport = json.Boolean(); break;
            case HostField.WireIngress: host.WireIngress = json.Boolean(); break;
            case HostField.IngressEnabled: host.IngressEnabled = json.Boolean(); break;
            case HostField.AllowsUpdate: host.AllowsUpdate = json.Boolean(); break;
            case HostField.Machine: host.Machine = json.Pooled(); break;
            case HostField.GoArch: host.GoArchitecture = json.Pooled(); break;
            case HostField.GoArchVar: host.GoArchitectureVariant = json.Pooled(); break;
            case HostField.GoVersion: host.GoVersion = json.Pooled(); break;
            case HostField.RoutableIPs: host.RoutableIps = ReadPrefixes(ref json); break;
            case HostField.RequestTags: host.RequestTags = ReadTexts(ref json); break;
            case HostField.WoLMACs: host.WakeOnLanMacs = ReadTexts(ref json); break;
            case HostField.Services: host.Services = ReadServices(ref json); break;
            case HostField.NetInfo: host.Network = ReadNetwork(ref json); break;
            case HostField.Cloud: host.Cloud = json.Pooled(); break;
            case HostField.Userspace: host.Userspace = json.NullableBoolean(); break;
            case HostField.UserspaceRouter: host.UserspaceRouter = json.NullableBoolean(); break;
            case HostField.AppConnector: host.AppConnector = json.NullableBoolean(); break;
            case HostField.ServicesHash: host.ServicesHash = json.Text(); break;
            case HostField.ExitNodeID: host.ExitNodeId = json.Pooled(); break;
            case HostField.StateEncrypted: host.StateEncrypted = json.NullableBoolean(); break;
            case HostField.PeerRelay: host.PeerRelay = json.Boolean(); break;
            default: json.Skip(); break;
        }
    }

    private readonly List<HostService> _services = [];

    private ValueList<HostService> ReadServices(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        _services.Clear();
        while (json.NextItem())
        {
            var (protocol, port, description) = ("", (ushort)0, "");
            if (!json.EnterObject()) continue;
            while (json.NextField(s_service, out var field))
            {
                switch ((ServiceField)field)
                {
                    case ServiceField.Proto: protocol = json.Pooled(); break;
                    case ServiceField.Port: port = json.UInt16(); break;
                    case ServiceField.Description: description = json.Pooled(); break;
                    default: json.Skip(); break;
                }
            }
            _services.Add(new(protocol, port, description));
        }
        return ValueLists.Own(_services.ToArray());
    }

    private static NetInfo? ReadNetwork(ref JsonSource json)
    {
        if (!json.EnterObject()) return null;
        bool? varies = null, ipv6 = null, hasIpv6 = null, udp = null, icmp = null, upnp = null, pmp = null, pcp = null;
        var (mapped, relay, link, firewall, latencies) = (false, 0, "", "", default(ValueList<RelayLatency>));
        while (json.NextField(s_network, out var field))
        {
            switch ((NetworkField)field)
            {
                case NetworkField.MappingVariesByDestIP: varies = json.NullableBoolean(); break;
                case NetworkField.WorkingIPv6: ipv6 = json.NullableBoolean(); break;
                case NetworkField.OSHasIPv6: hasIpv6 = json.NullableBoolean(); break;
                case NetworkField.WorkingUDP: udp = json.NullableBoolean(); break;
                case NetworkField.WorkingICMPv4: icmp = json.NullableBoolean(); break;
                case NetworkField.HavePortMap: mapped = json.Boolean(); break;
                case NetworkField.UPnP: upnp = json.NullableBoolean(); break;
                case NetworkField.PMP: pmp = json.NullableBoolean(); break;
                case NetworkField.PCP: pcp = json.NullableBoolean(); break;
                case NetworkField.PreferredDERP: relay = json.Int32(); break;
                case NetworkField.LinkType: link = json.Pooled(); break;
                case NetworkField.DERPLatency: latencies = ReadLatencies(ref json); break;
                case NetworkField.FirewallMode: firewall = json.Pooled(); break;
                default: json.Skip(); break;
            }
        }
        return new()
        {
            MappingVariesByDestination = varies,
            WorkingIpv6 = ipv6,
            OsHasIpv6 = hasIpv6,
            WorkingUdp = udp,
            WorkingIcmpV4 = icmp,
            HavePortMap = mapped,
            Upnp = upnp,
            Pmp = pmp,
            Pcp = pcp,
            PreferredRelay = relay,
            LinkType = link,
            RelayLatencies = latencies,
            FirewallMode = firewall,
        };
    }

    private static ValueList<RelayLatency> ReadLatencies(ref JsonSource json)
    {
        if (!json.EnterObject()) return default;
        var list = new List<RelayLatency>();
        while (json.NextKey(out string relay))
            list.Add(new(relay, json.Double()));
        return ValueLists.Own(list.ToArray());
    }

    /// <summary>A host as far as it was read.</summary>
    private sealed class HostDraft
    {
        public string ClientVersion = "", BackendLogId = "", Os = "", OsVersion = "", Environment = "", Distribution = "", DistributionVersion = "",
            DistributionCodeName = "", App = "", Package = "", DeviceModel = "", Hostname = "", Machine = "", GoArchitecture = "",
            GoArchitectureVariant = "", GoVersion = "", Cloud = "", ServicesHash = "", ExitNodeId = "";

        public bool? Container, Desktop, Userspace, UserspaceRouter, AppConnector, StateEncrypted;
        public bool ShieldsUp, ShareeNode, NoLogsNoSupport, WireIngress, IngressEnabled, AllowsUpdate, PeerRelay;
        public ValueList<IpPrefix> RoutableIps;
        public ValueList<string> RequestTags, WakeOnLanMacs;
        public ValueList<HostService> Services;
        public NetInfo? Network;

        public void Clear()
        {
            ClientVersion = BackendLogId = Os = OsVersion = Environment = Distribution = DistributionVersion = DistributionCodeName = "";
            App = Package = DeviceModel = Hostname = Machine = GoArchitecture = GoArchitectureVariant = GoVersion = Cloud = ServicesHash = ExitNodeId = "";
            Container = Desktop = Userspace = UserspaceRouter = AppConnector = StateEncrypted = null;
            ShieldsUp = ShareeNode = NoLogsNoSupport = WireIngress = IngressEnabled = AllowsUpdate = PeerRelay = false;
            (RoutableIps, RequestTags, WakeOnLanMacs, Services, Network) = (default, default, default, default, null);
        }

        public HostInfo ToHost() => new()
        {
            ClientVersion = ClientVersion,
            BackendLogId = BackendLogId,
            Os = Os,
            OsVersion = OsVersion,
            Container = Container,
            Environment = Environment,
            Distribution = Distribution,
            DistributionVersion = DistributionVersion,
            DistributionCodeName = DistributionCodeName,
            App = App,
            Desktop = Desktop,
            Package = Package,
            DeviceModel = DeviceModel,
            Hostname = Hostname,
            ShieldsUp = ShieldsUp,
            ShareeNode = ShareeNode,
            NoLogsNoSupport = NoLogsNoSupport,
            IngressEnabled = IngressEnabled,
            WireIngress = WireIngress,
            AllowsUpdate = AllowsUpdate,
            Machine = Machine,
            GoArchitecture = GoArchitecture,
            GoArchitectureVariant = GoArchitectureVariant,
            GoVersion = GoVersion,
            RoutableIps = RoutableIps,
            RequestTags = RequestTags,
            WakeOnLanMacs = WakeOnLanMacs,
            Services = Services,
            Network = Network,
            Cloud = Cloud,
            Userspace = Userspace,
            UserspaceRouter = UserspaceRouter,
            AppConnector = AppConnector,
            ServicesHash = ServicesHash,
            ExitNodeId = ExitNodeId,
            StateEncrypted = StateEncrypted,
            PeerRelay = PeerRelay,
        };
    }
}
