namespace Edge.Protocols.Derp;

/// <summary>
/// The connections that share one key. Mostly it is one. Of several the one that came or spoke last is sent to: a client that changes
/// networks leaves its old connection behind, and a copied key is no reason to cut both off.
/// </summary>
internal sealed class ClientSet
{
    // In the order in which they came or spoke, last one last; one connection is in it once.
    private readonly List<RelayClient> _clients = new(1);

    public int Count => _clients.Count;

    /// <summary>Whom packets go to; null: nobody is here.</summary>
    public RelayClient? Active => _clients.Count > 0 ? _clients[^1] : null;

    public RelayClient this[int index] => _clients[index];

    public void Add(RelayClient client) => _clients.Add(client);

    public bool Remove(RelayClient client) => _clients.Remove(client);

    /// <summary>One has spoken.</summary>
    public void Note(RelayClient client)
    {
        if (_clients[^1] == client)
            return;
        _clients.Remove(client);
        _clients.Add(client);
    }
}
