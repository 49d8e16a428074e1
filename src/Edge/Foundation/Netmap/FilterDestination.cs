namespace Edge.Foundation.Netmap;

/// <summary>Where a rule lets packets go.</summary>
internal readonly record struct FilterDestination(AddressRange Addresses, PortRange Ports);
