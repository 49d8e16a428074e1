namespace Edge.Node.Networks;

/// <summary>A network's counts since its start.</summary>
/// <param name="PacketsOut">Sealed for peers.</param>
/// <param name="BytesOut">Of the datagrams that they became.</param>
/// <param name="PacketsIn">Opened.</param>
/// <param name="BytesIn">Of the packets.</param>
/// <param name="Handshakes">Handshake messages taken from peers.</param>
/// <param name="Dropped">Packets and datagrams that went nowhere, for whatever reason.</param>
/// <param name="Connections">Open now.</param>
internal readonly record struct NetworkFigures(long PacketsOut, long BytesOut, long PacketsIn, long BytesIn, long Handshakes, long Dropped, int Connections);
