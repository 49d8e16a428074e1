using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>What the server knows, or is to know, of this node.</summary>
internal sealed record NodeReport(HostInfo Host, KeyOf<DiscoKind> DiscoKey, ValueList<OwnEndpoint> Endpoints);
