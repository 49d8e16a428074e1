namespace Edge.Protocols.Dns;

/// <summary>What the shell is to do.</summary>
/// <param name="Kind">What.</param>
/// <param name="Exchange">Names the exchange with the upstream in <c>HandleAnswer</c> and <c>HandleFailure</c>; of an answer 0.</param>
/// <param name="Client">Of an answer: who asked.</param>
/// <param name="Upstream">Whom to send to.</param>
/// <param name="Message">To be sent; not to be changed.</param>
internal readonly record struct DnsAction(DnsActionKind Kind, int Exchange, long Client, DnsUpstream? Upstream, ReadOnlyMemory<byte> Message);
