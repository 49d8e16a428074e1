using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>What names a flow of UDP or SCTP, as its inbound packets do.</summary>
internal readonly record struct FlowKey(IpProtocol Protocol, IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort);
