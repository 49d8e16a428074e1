using Edge.Foundation.Addresses;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>Carries questions to other name servers: over the host's sockets, or through a network's tunnel. What fails throws; who asks does not care why.</summary>
internal interface IDnsCarrier
{
    /// <summary>Sends one datagram from a port that nothing else uses and takes what comes back to it.</summary>
    /// <param name="to">The server; nothing is taken from anybody else.</param>
    /// <param name="message">The question.</param>
    /// <param name="received">Gets each datagram; true: to go on.</param>
    /// <param name="cancellation">Ends it.</param>
    Task Exchange(Endpoint to, ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, bool> received, CancellationToken cancellation);

    /// <summary>Sends the question over a connection of its own and reads one answer (RFC 1035 section 4.2.2).</summary>
    Task<ReadOnlyMemory<byte>> Stream(Endpoint to, ReadOnlyMemory<byte> message, CancellationToken cancellation);

    /// <summary>Posts the question and reads the answer (RFC 8484).</summary>
    Task<ReadOnlyMemory<byte>> Post(DnsUpstream to, ReadOnlyMemory<byte> message, CancellationToken cancellation);
}
