namespace Edge.Protocols.Netstack;

/// <summary>Connections in the order in which they came to some state, so that the oldest can be given up for a new one. One is in one such list at most.</summary>
internal sealed class ConnectionList
{
    private LinkedItems<TcpConnection, TcpConnection.ByAge> _items;

    public TcpConnection? Oldest => _items.First;

    public int Count => _items.Count;

    public void Add(TcpConnection connection)
    {
        connection.List?.Remove(connection);
        connection.List = this;
        _items.Add(connection);
    }

    public void Remove(TcpConnection connection)
    {
        if (connection.List != this)
            return;
        connection.List = null;
        _items.Remove(connection);
    }
}
