namespace Edge.Foundation.Netmap;

/// <summary>Who answers for the names under a suffix.</summary>
/// <param name="Suffix">As the server wrote it, with or without the final dot.</param>
/// <param name="Resolvers">Empty: this node answers, from the netmap and the extra records.</param>
internal sealed record DnsRoute(string Suffix, ValueList<DnsResolver> Resolvers);
