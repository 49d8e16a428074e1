namespace Edge.Protocols.Netstack;

/// <summary>Something that the stack's user may want to act on: one of a connection, with its events, or one of a socket, with datagrams to read.</summary>
internal readonly record struct NetstackEvent(TcpConnection? Connection, TcpEvents Events, UdpSocket? Socket = null);
