using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>Answers DNS messages.</summary>
internal interface INameServer
{
    /// <summary>The answer to a message, whatever it is; it comes within ten seconds or so.</summary>
    Task<ReadOnlyMemory<byte>> Ask(ReadOnlyMemory<byte> query, DnsTransport transport);
}
