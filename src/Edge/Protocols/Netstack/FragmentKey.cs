using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

/// <summary>What the fragments of one datagram have in common.</summary>
internal readonly record struct FragmentKey(IpAddress Source, IpAddress Destination, IpProtocol Protocol, uint Identification);
