namespace Edge.Foundation.Netmap;

/// <summary>A name that the policy adds.</summary>
/// <param name="Name">Fully qualified, with or without the final dot.</param>
/// <param name="Type">`A`, `AAAA`; empty: what <paramref name="Value"/> is.</param>
/// <param name="Value">An IP address.</param>
internal sealed record DnsRecord(string Name, string Type, string Value);
