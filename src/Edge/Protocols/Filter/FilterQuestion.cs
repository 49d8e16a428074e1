using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>What a rule's destination is asked, beside the address.</summary>
internal readonly struct FilterQuestion
{
    private FilterQuestion(QuestionKind kind, IpProtocol protocol, ushort port)
    {
        Kind = kind;
        Protocol = protocol;
        PortKey = KeyOf(protocol, port);
    }

    /// <summary>Does it open anything at the address, over whatever protocol?</summary>
    public static FilterQuestion Anything => default;

    public QuestionKind Kind { get; }

    public IpProtocol Protocol { get; }

    /// <summary>Protocol and port as one number, so that one search finds both.</summary>
    public uint PortKey { get; }

    /// <summary>The protocols whose ports the filter knows; of the others a rule admits all or nothing.</summary>
    public static bool HasPorts(IpProtocol protocol) => protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp;

    public static uint KeyOf(IpProtocol protocol, ushort port) => ((uint)protocol << 16) | port;

    public static FilterQuestion Port(IpProtocol protocol, ushort port) => new(QuestionKind.Port, protocol, port);

    public static FilterQuestion Whole(IpProtocol protocol) => new(QuestionKind.Whole, protocol, 0);
}
