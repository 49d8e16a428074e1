using Edge.Foundation.Addresses;

namespace Edge.Protocols.Stun;

/// <summary>A STUN server to ask.</summary>
/// <param name="Region">The relay region that it belongs to.</param>
/// <param name="Server">Where it is.</param>
internal readonly record struct StunTarget(int Region, Endpoint Server);
