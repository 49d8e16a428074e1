namespace Edge.Protocols.Dns;

/// <summary>Of <see cref="DnsForwarder"/>: who waits for an answer.</summary>
/// <param name="Client">The shell's name for it.</param>
/// <param name="Id">Of its question.</param>
/// <param name="MostBytes">What its answer may have.</param>
internal readonly record struct DnsAsker(long Client, ushort Id, int MostBytes);
