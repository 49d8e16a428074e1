namespace Edge.Protocols.Netstack;

/// <summary>Something that the stack's user may want to act on: of a connection, with its events, of a socket, with datagrams to read, or of a ping.</summary>
internal readonly record struct NetstackEvent(TcpConnection? Connection, TcpEvents Events, UdpSocket? Socket = null, PingAnswer? Ping = null);
