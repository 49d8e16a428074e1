using Edge.Foundation.Addresses;

namespace Edge.Protocols.Control.Messages;

/// <summary>Where this node may be reached, and how it knows.</summary>
internal readonly record struct OwnEndpoint(Endpoint Endpoint, EndpointKind Kind);
