namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.Hostinfo (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum HostField
{
    IPNVersion, BackendLogID, OS, OSVersion, Container, Env, Distro, DistroVersion, DistroCodeName, App, Desktop, Package, DeviceModel, Hostname,
    ShieldsUp, ShareeNode, NoLogsNoSupport, WireIngress, IngressEnabled, AllowsUpdate, Machine, GoArch, GoArchVar, GoVersion, RoutableIPs,
    RequestTags, WoLMACs, Services, NetInfo, Cloud, Userspace, UserspaceRouter, AppConnector, ServicesHash, ExitNodeID, StateEncrypted, PeerRelay,
}
