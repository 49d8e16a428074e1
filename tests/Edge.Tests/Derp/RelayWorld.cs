using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Lab.World;
using Edge.Protocols.Derp;

namespace Edge.Tests.Derp;

/// <summary>A relay and its nodes in virtual time: bytes pass when a test lets them, in pieces that a seed decides.</summary>
internal sealed class RelayWorld : IDisposable
{
    private readonly SeededRandom _random;
    private readonly RelayOutbox _outbox = new();
    private readonly List<Node> _nodes = [];

    public RelayWorld(ulong seed = 1, Func<RelayOptions, RelayOptions>? change = null)
    {
        _random = new SeededRandom(seed);
        var options = new RelayOptions { Key = NewKey() };
        options = change?.Invoke(options) ?? options;
        Relay = new DerpRelay(Now, options, _random);
    }

    public DerpRelay Relay { get; }

    public Timestamp Now { get; private set; } = new(1_000_000_000);

    public List<RelayClient> Questions { get; } = [];

    public PrivateKey NewKey()
    {
        Span<byte> bytes = stackalloc byte[32];
        _random.Fill(bytes);
        return new PrivateKey(bytes);
    }

    /// <summary>A node that is connected; it is welcome once its bytes have passed.</summary>
    public Node Connect(PrivateKey? key = null, MeshKey? mesh = null, bool isNotIdeal = false)
    {
        var remote = new Endpoint(IpAddress.V4(0xc000_0200u + (uint)_nodes.Count), 4000);
        var options = new DerpClientOptions { Key = key ?? NewKey(), Mesh = mesh };
        var node = new Node(options.Key, new DerpClient(Now, options, _random), Relay.Accept(Now, remote, isNotIdeal));
        _nodes.Add(node);
        return node;
    }

    public Node Join(PrivateKey? key = null, MeshKey? mesh = null)
    {
        var node = Connect(key, mesh);
        Pass();
        return node;
    }

    /// <summary>Lets all bytes pass that may, until nothing moves.</summary>
    public void Pass()
    {
        for (var moves = true; moves;)
        {
            moves = false;
            foreach (var node in _nodes.ToArray())
            {
                moves |= PassUp(node);
                if (node.Reads)
                    moves |= PassDown(node);
            }
            _outbox.Clear();
            Relay.Poll(_outbox);
            Questions.AddRange(_outbox.Questions);
            foreach (var closed in _outbox.Closed)
                _nodes.RemoveAll(node => node.AtRelay == closed && (node.IsCut = true));
        }
    }

    /// <summary>Time goes on, and every deadline before then is met.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Now + time;
        while (true)
        {
            var next = Relay.NextDeadline;
            foreach (var node in _nodes)
                next = Timestamp.Min(next, Timestamp.Min(node.Client.NextDeadline, node.AtRelay.ResumeAt > Now ? node.AtRelay.ResumeAt : Timestamp.Never));
            if (next > until)
                break;
            Now = next > Now ? next : Now;
            Meet();
        }
        Now = until;
        Meet();
    }

    public void Hang(Node node)
    {
        Relay.HandleClosed(node.AtRelay);
        Pass();
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Key.Dispose();
    }

    private void Meet()
    {
        Relay.Handle(Now);
        foreach (var node in _nodes)
            node.Client.Handle(Now);
        Pass();
    }

    private bool PassUp(Node node)
    {
        while (node.Client.Poll() is { IsEmpty: false } bytes)
        {
            node.Up.AddRange(bytes.Span);
            node.Client.Written();
        }
        if (node.Up.Count == 0)
            return false;
        // Fewer packets than a queue holds: who reads is never behind.
        var piece = node.Up.GetRange(0, Math.Min(node.Up.Count, 1 + _random.Next(1000))).ToArray();
        var used = Relay.Handle(Now, node.AtRelay, piece);
        node.Up.RemoveRange(0, used);
        return used > 0;
    }

    private bool PassDown(Node node)
    {
        var moved = false;
        while (Relay.Take(Now, node.AtRelay) is { IsEmpty: false } bytes)
        {
            node.LargestWrite = Math.Max(node.LargestWrite, bytes.Length);
            node.Writes++;
            for (var rest = bytes.Span; !rest.IsEmpty;)
            {
                var size = Math.Min(rest.Length, 1 + _random.Next(3000));
                var piece = rest[..size];
                rest = rest[size..];
                while (node.Client.Handle(Now, ref piece, out var message))
                    node.Messages.Add(FrameText.Of(message));
            }
            Relay.HandleWritten(node.AtRelay, isWritten: true);
            moved = true;
        }
        return moved;
    }

    internal sealed class Node(PrivateKey key, DerpClient client, RelayClient atRelay)
    {
        public PrivateKey Key { get; } = key;

        public DerpClient Client { get; } = client;

        public RelayClient AtRelay { get; } = atRelay;

        /// <summary>Whether it takes what the relay writes.</summary>
        public bool Reads { get; set; } = true;

        /// <summary>Whether the relay ended the connection.</summary>
        public bool IsCut { get; set; }

        public int LargestWrite { get; set; }

        public int Writes { get; set; }

        public List<string> Messages { get; } = [];

        public List<byte> Up { get; } = [];

        public string Name => Convert.ToHexStringLower(Key.PublicKey.Bytes);

        /// <summary>The bodies of packets, in the order in which they came.</summary>
        public List<string> Packets => [.. Messages.Where(text => text.StartsWith("RecvPacket", StringComparison.Ordinal)).Select(text => text[(text.LastIndexOf(' ') + 1)..])];
    }
}
