using Edge.Foundation.Netmap;
using Edge.Protocols.Disco;
using Edge.Protocols.Stun;

namespace Edge.Node.Tailnet;

/// <summary>What a tailnet's data path is made with, and whom it tells. It tells on its own thread: nothing may wait there.</summary>
internal sealed record AttachmentTerms
{
    /// <summary>For people who look at threads.</summary>
    public required string Name { get; init; }

    /// <summary>UDP; 0 lets the system choose.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>Of the sockets' datagrams, for policy routing (SO_MARK); 0: none.</summary>
    public uint Mark { get; init; }

    public int Mtu { get; init; } = 1280;

    /// <summary>Bytes that may wait between a relay and the engine, in one direction.</summary>
    public int QueueCapacity { get; init; } = 512 * 1024;

    public DiscoOptions Disco { get; init; } = new();

    /// <summary>Where the greatest handshake timestamp is kept; null: nowhere.</summary>
    public string? StateFolder { get; init; }

    /// <summary>The calendar.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Takes what the operator should know, a sentence at a time.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>A netmap is in force.</summary>
    public Action<NetworkMap> Applied { get; init; } = static _ => { };

    /// <summary>The first STUN server of a check has answered.</summary>
    public Action<NetReport> Heard { get; init; } = static _ => { };

    /// <summary>A check of the STUN servers is complete.</summary>
    public Action<NetReport> Checked { get; init; } = static _ => { };

    /// <summary>Peers are to be told where this node is, and what is known of it is stale.</summary>
    public Action EndpointsWanted { get; init; } = static () => { };

    /// <summary>The machine's addresses or links changed.</summary>
    public Action AddressesChanged { get; init; } = static () => { };

    /// <summary>Something happened to paths: <see cref="TailnetAttachment.TryTakeEvent"/>.</summary>
    public Action PathsChanged { get; init; } = static () => { };
}
