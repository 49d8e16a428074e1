using System.Globalization;

namespace Edge.Foundation.Addresses;

/// <summary>Where datagrams come from and go to: an address, a port and, for link-local IPv6, the interface.</summary>
/// <param name="Address">The host.</param>
/// <param name="Port">In host order.</param>
/// <param name="ScopeId">The interface's index where the address is link-local IPv6; 0 otherwise.</param>
internal readonly record struct Endpoint(IpAddress Address, ushort Port, uint ScopeId = 0)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Address.IsV4 ? Address.ToString() : ScopeId == 0 ? $"[{Address}]" : $"[{Address}%{ScopeId}]")}:{Port}");
}
