namespace Edge.Protocols.Control.Messages;

/// <summary>The names of kinds of pings, as control servers write them.</summary>
internal static class PingKinds
{
    public static string Name(this PingKind kind) => kind switch
    {
        PingKind.Disco => "disco",
        PingKind.Tsmp => "TSMP",
        PingKind.Icmp => "ICMP",
        _ => "peerapi",
    };

    public static PingKind? Find(ReadOnlySpan<char> name) => name switch
    {
        "disco" => PingKind.Disco,
        "TSMP" => PingKind.Tsmp,
        "ICMP" => PingKind.Icmp,
        "peerapi" => PingKind.PeerApi,
        _ => null,
    };
}
