namespace Edge.Protocols.Filter;

/// <summary>Of <see cref="DestinationTable"/>: ports of one protocol, as <see cref="FilterQuestion.PortKey"/> says them.</summary>
internal readonly record struct PortSpan(uint First, uint Last);
