namespace Edge.Protocols.Filter;

/// <summary>Of <see cref="DestinationTable"/>: addresses, and what is open there. <c>Protocols</c> is the number of the set of those that are open as a whole.</summary>
internal readonly record struct OpenRange(KeyRange Addresses, int FirstPort, int PortCount, int Protocols);
