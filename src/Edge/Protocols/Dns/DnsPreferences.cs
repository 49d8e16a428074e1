namespace Edge.Protocols.Dns;

/// <summary>What the user wants of the tailnet's names.</summary>
/// <param name="AcceptsDns">Its resolvers, routes and search domains; without them its names are answered and nothing else.</param>
/// <param name="ExitNode">The stable ID of the node through which all goes; empty: none.</param>
internal readonly record struct DnsPreferences(bool AcceptsDns, string ExitNode);
