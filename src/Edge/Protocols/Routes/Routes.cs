using System.Numerics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;

namespace Edge.Protocols.Routes;

/// <summary>
/// Which peer owns an address: WireGuard's allowed IPs (whitepaper section 2, cryptokey routing). The longest prefix decides; a prefix has one
/// owner, the last that it was given to. A path-compressed binary trie for each family, its nodes in one array: a look-up allocates nothing and
/// visits at most as many nodes as prefixes are nested or branch on the way; adding or removing a peer costs what its own prefixes cost.
/// </summary>
internal sealed class Routes
{
    private const int NoNode = 0;
    private const int FirstCapacity = 16;

    // Node 0 is nobody's: a link of 0 is no link.
    private Node[] _nodes = new Node[FirstCapacity];
    private int _used = 1;
    private int _free;
    private int _rootV4;
    private int _rootV6;

    // First and last of each peer's prefixes, by PeerId.Value.
    private (int First, int Last)[] _ends = new (int, int)[FirstCapacity];

    /// <summary>Prefixes that have an owner.</summary>
    public int Count { get; private set; }

    /// <summary>The owner of the longest prefix that holds <paramref name="address"/>; <see cref="PeerId.None"/>: nobody.</summary>
    public PeerId Find(IpAddress address)
    {
        var nodes = _nodes;
        var isV4 = address.IsV4;
        var key = isV4 ? address.Bits << 96 : address.Bits;
        var at = isV4 ? _rootV4 : _rootV6;
        var found = PeerId.None;
        while (at != NoNode)
        {
            ref var node = ref nodes[at];
            if (!node.Holds(key))
                break;
            if (!node.Peer.IsNone)
                found = node.Peer;
            if (node.Length == 128)
                break;
            at = Bit(key, node.Length) == 0 ? node.Zero : node.One;
        }
        return found;
    }

    /// <summary>Gives a prefix to a peer; whoever owned it before no longer does.</summary>
    /// <exception cref="ArgumentException">No peer is named.</exception>
    public void Add(IpPrefix prefix, PeerId peer)
    {
        if (peer.IsNone)
            throw new ArgumentException("A prefix belongs to a peer.", nameof(peer));
        var (key, length) = KeyOf(prefix);
        var at = Place(prefix.Address.IsV4, key, length);
        Disown(at);
        Own(at, peer, prefix.Address.IsV4);
    }

    /// <summary>Takes a prefix from a peer. False: the peer does not own it, and nothing changed.</summary>
    public bool Remove(IpPrefix prefix, PeerId peer)
    {
        var (key, length) = KeyOf(prefix);
        var at = prefix.Address.IsV4 ? _rootV4 : _rootV6;
        while (at != NoNode && _nodes[at].Length < length && _nodes[at].Holds(key))
            at = Bit(key, _nodes[at].Length) == 0 ? _nodes[at].Zero : _nodes[at].One;
        if (at == NoNode || _nodes[at].Length != length || _nodes[at].Key != key || _nodes[at].Peer != peer || peer.IsNone)
            return false;
        Disown(at);
        Prune(at);
        return true;
    }

    /// <summary>Takes all prefixes from a peer.</summary>
    public void RemovePeer(PeerId peer)
    {
        while (First(peer) is not NoNode and var at)
        {
            Disown(at);
            Prune(at);
        }
    }

    /// <summary>The peer's prefixes, in the order in which it got them.</summary>
    public PrefixEnumerator PrefixesOf(PeerId peer) => new(this, First(peer));

    private int First(PeerId peer) => (uint)peer.Value < (uint)_ends.Length ? _ends[peer.Value].First : NoNode;

    // IPv4 is kept in the top 32 bits, so that both families count bits from the top.
    private static (UInt128 Key, byte Length) KeyOf(IpPrefix prefix) =>
        (prefix.Address.IsV4 ? prefix.Address.Bits << 96 : prefix.Address.Bits, (byte)prefix.Length);

    private static int Bit(UInt128 key, int index) => (int)(key >> (127 - index)) & 1;

    private static int CommonBits(UInt128 a, UInt128 b)
    {
        var difference = a ^ b;
        var high = (ulong)(difference >> 64);
        return high != 0 ? BitOperations.LeadingZeroCount(high) : 64 + BitOperations.LeadingZeroCount((ulong)difference);
    }

    /// <summary>The node of exactly this prefix, made where it does not exist.</summary>
    private int Place(bool isV4, UInt128 key, byte length)
    {
        var parent = NoNode;
        var at = isV4 ? _rootV4 : _rootV6;
        while (at != NoNode && _nodes[at].Length <= length && _nodes[at].Holds(key))
        {
            if (_nodes[at].Length == length)
                return at;
            parent = at;
            at = Bit(key, _nodes[at].Length) == 0 ? _nodes[at].Zero : _nodes[at].One;
        }

        var made = Make(key, length);
        if (at == NoNode)
        {
            Link(parent, made, isV4);
            return made;
        }
        var common = Math.Min(CommonBits(_nodes[at].Key, key), Math.Min(_nodes[at].Length, length));
        if (common == length)
        {
            // The new prefix holds the one that was in its place.
            Link(parent, made, isV4);
            Link(made, at, isV4);
            return made;
        }
        var fork = Make(key & Mask(common), (byte)common);
        Link(parent, fork, isV4);
        Link(fork, at, isV4);
        Link(fork, made, isV4);
        return made;
    }

    private static UInt128 Mask(int length) => length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);

    private void Link(int parent, int child, bool isV4)
    {
        _nodes[child].Parent = parent;
        if (parent != NoNode)
        {
            if (Bit(_nodes[child].Key, _nodes[parent].Length) == 0)
                _nodes[parent].Zero = child;
            else
                _nodes[parent].One = child;
        }
        else if (isV4)
        {
            _rootV4 = child;
        }
        else
        {
            _rootV6 = child;
        }
    }

    /// <summary>Takes nodes without an owner out that no longer fork: this one and, where it hung on a fork, that too.</summary>
    private void Prune(int at)
    {
        while (at != NoNode && _nodes[at].Peer.IsNone && (_nodes[at].Zero == NoNode || _nodes[at].One == NoNode))
        {
            ref var node = ref _nodes[at];
            var child = node.Zero != NoNode ? node.Zero : node.One;
            var parent = node.Parent;
            if (child != NoNode)
                _nodes[child].Parent = parent;
            if (parent == NoNode)
            {
                if (_rootV4 == at)
                    _rootV4 = child;
                else
                    _rootV6 = child;
            }
            else if (_nodes[parent].Zero == at)
            {
                _nodes[parent].Zero = child;
            }
            else
            {
                _nodes[parent].One = child;
            }
            node = new Node { Parent = _free };
            _free = at;
            // With its child moved up the parent forks as before; without one it may not.
            at = child == NoNode ? parent : NoNode;
        }
    }

    private int Make(UInt128 key, byte length)
    {
        var at = _free;
        if (at != NoNode)
        {
            _free = _nodes[at].Parent;
        }
        else
        {
            if (_used == _nodes.Length)
                Array.Resize(ref _nodes, 2 * _used);
            at = _used++;
        }
        _nodes[at] = new Node { Key = key, Mask = Mask(length), Length = length };
        return at;
    }

    private void Own(int at, PeerId peer, bool isV4)
    {
        if (peer.Value >= _ends.Length)
            Array.Resize(ref _ends, (int)BitOperations.RoundUpToPowerOf2((uint)peer.Value + 1));
        ref var ends = ref _ends[peer.Value];
        ref var node = ref _nodes[at];
        node.Peer = peer;
        node.IsV4 = isV4;
        node.Before = ends.Last;
        node.After = NoNode;
        if (ends.Last == NoNode)
            ends.First = at;
        else
            _nodes[ends.Last].After = at;
        ends.Last = at;
        Count++;
    }

    private void Disown(int at)
    {
        ref var node = ref _nodes[at];
        if (node.Peer.IsNone)
            return;
        ref var ends = ref _ends[node.Peer.Value];
        if (node.Before == NoNode)
            ends.First = node.After;
        else
            _nodes[node.Before].After = node.After;
        if (node.After == NoNode)
            ends.Last = node.Before;
        else
            _nodes[node.After].Before = node.Before;
        node.Peer = PeerId.None;
        Count--;
    }

    private struct Node
    {
        public UInt128 Key;
        public UInt128 Mask;
        public int Zero;
        public int One;

        /// <summary>Of a free node: the next free one.</summary>
        public int Parent;

        /// <summary>None: the node only forks.</summary>
        public PeerId Peer;

        /// <summary>The neighbours among the owner's prefixes.</summary>
        public int Before;
        public int After;
        public byte Length;
        public bool IsV4;

        public readonly bool Holds(UInt128 key) => ((Key ^ key) & Mask) == UInt128.Zero;
    }

    /// <summary>Walks one peer's prefixes; the routes must not change meanwhile.</summary>
    internal struct PrefixEnumerator(Routes routes, int first)
    {
        private int _next = first;

        public IpPrefix Current { get; private set; }

        public readonly PrefixEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next == NoNode)
                return false;
            ref var node = ref routes._nodes[_next];
            Current = new IpPrefix(node.IsV4 ? IpAddress.V4((uint)(node.Key >> 96)) : new IpAddress(node.Key), node.Length);
            _next = node.After;
            return true;
        }
    }
}
