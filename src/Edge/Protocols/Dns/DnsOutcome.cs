namespace Edge.Protocols.Dns;

/// <summary>What <see cref="MagicDns"/> made of a question.</summary>
internal enum DnsOutcome : byte
{
    /// <summary>There is an answer.</summary>
    Answered,

    /// <summary>Not a name of the tailnet: <see cref="DnsRoutes"/> tells whom to ask.</summary>
    NotOurs,
}
