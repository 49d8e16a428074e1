using System.Collections.Immutable;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>All that the server knows, at one time.</summary>
internal sealed record TailnetState
{
    public ImmutableSortedDictionary<long, LabNode> Nodes { get; init; } = ImmutableSortedDictionary<long, LabNode>.Empty;

    public ImmutableList<LabUser> Users { get; init; } = [];

    public ImmutableList<LabAuthKey> Keys { get; init; } = [];

    public ImmutableList<LabLogin> Logins { get; init; } = [];

    public ValueList<LabRule> Rules { get; init; } = [LabRule.All];

    /// <summary>JSON array that every node gets as its filter, instead of what <see cref="Rules"/> come to; null: the rules count.</summary>
    public string? Filter { get; init; }

    /// <summary>JSON: the relays.</summary>
    public string Relays { get; init; } = "{\"Regions\":{}}";

    /// <summary>JSON: how names are resolved.</summary>
    public required string Dns { get; init; }

    /// <summary>Of the nodes' names.</summary>
    public required string Domain { get; init; }

    /// <summary>Peers are told neither where a node may be reached nor its right disco key: all that is left is its relay.</summary>
    public bool HidesPaths { get; init; }

    public long LastId { get; init; }

    public LabNode? Find(long id) => Nodes.GetValueOrDefault(id);

    public LabNode? Find(string name) => Nodes.Values.FirstOrDefault(node => node.Name == name);

    public LabNode? Find(KeyOf<MachineKind> machine) => Nodes.Values.FirstOrDefault(node => node.Machine == machine);

    public LabNode? Find(KeyOf<MachineKind> machine, KeyOf<NodeKind> key) => Nodes.Values.FirstOrDefault(node => node.Machine == machine && node.Key == key);

    public TailnetState With(LabNode node) => Nodes.GetValueOrDefault(node.Id) == node ? this : this with { Nodes = Nodes.SetItem(node.Id, node) };

    public TailnetState Without(long id) => this with { Nodes = Nodes.Remove(id) };

    /// <summary>The state in which this user is known.</summary>
    public TailnetState WithUser(string login, out LabUser user)
    {
        if (Users.Find(known => known.Login == login) is { } known)
        {
            user = known;
            return this;
        }
        user = new(Users.Count + 1, login);
        return this with { Users = Users.Add(user) };
    }
}
