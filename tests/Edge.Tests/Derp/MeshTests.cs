using Edge.Foundation.Keys;
using Edge.Protocols.Derp;

namespace Edge.Tests.Derp;

/// <summary>Relays of one region: who watches, who may, and what goes from one to the other.</summary>
public sealed class MeshTests
{
    private const string Secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";

    private static readonly byte[] s_disco = [.. "TS💬"u8, .. new byte[80]];

    [Test]
    public async Task A_watcher_learns_who_is_there_and_who_comes_and_goes()
    {
        using var mesh = Key();
        using var world = new RelayWorld(change: options => options with { Mesh = mesh });
        var before = world.Join();
        var watcher = world.Join(mesh: mesh);
        watcher.Client.WatchConnections();
        world.Pass();
        var after = world.Join();
        var twice = world.Join(after.Key);
        world.Hang(after);
        world.Hang(twice);
        await Assert.That(string.Join(", ", watcher.Messages.Skip(1).Select(text => text.Split(' ') is var word ? $"{word[0]} {word[1]}" : ""))).IsEqualTo(
            $"PeerPresent {before.Name}, PeerPresent {watcher.Name}, PeerPresent {after.Name}, PeerPresent {after.Name}, PeerGone {after.Name}");
        world.Hang(watcher);
        world.Join();
        await Assert.That(world.Relay.Watchers).IsEqualTo(0);
    }

    [Test]
    public async Task Another_key_makes_no_mesh_peer_and_a_key_that_is_none_no_client()
    {
        using var mesh = Key();
        using var others = MeshKey.TryParse(Secret.Replace('f', 'e'), out var parsed) ? parsed : throw new InvalidOperationException();
        using var zero = new MeshKey(new byte[32]);
        using var world = new RelayWorld(change: options => options with { Mesh = mesh });
        var outsider = world.Join(mesh: others);
        await Assert.That(outsider.Client.IsWelcome).IsTrue();
        outsider.Client.WatchConnections();
        world.Pass();
        await Assert.That(outsider.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.NotPermitted);

        using var open = new RelayWorld(change: options => options with { Mesh = zero });
        var nobody = open.Join(mesh: zero);
        await Assert.That(nobody.AtRelay.IsMesh).IsFalse();
    }

    [Test]
    public async Task Two_relays_forward_for_each_others_clients_and_never_back()
    {
        using var pair = new Pair();
        var (a, b) = (pair.Left.Join(), pair.Right.Join());
        pair.Pass();
        a.Client.Send(pair.Left.Now, b.Key.PublicKey, [1, 2, 3]);
        pair.Pass();
        b.Client.Send(pair.Right.Now, a.Key.PublicKey, s_disco);
        pair.Pass();
        await Assert.That(b.Messages[^1]).IsEqualTo($"RecvPacket {a.Name} 010203");
        await Assert.That(a.Messages[^1]).IsEqualTo($"RecvPacket {b.Name} {Convert.ToHexStringLower(s_disco)}");
        await Assert.That(pair.Left.Relay.Counters.ForwardedOut).IsEqualTo(1);
        await Assert.That(pair.Right.Relay.Counters.ForwardedIn).IsEqualTo(1);
        await Assert.That(pair.Left.Relay.RemoteKeys).IsEqualTo(2).Because("the other relay's client and the other relay itself, which watches there");

        pair.Right.Hang(b);
        pair.Pass();
        await Assert.That(a.Messages[^1]).IsEqualTo($"PeerGone {b.Name} 0");
        a.Client.Send(pair.Left.Now, b.Key.PublicKey, s_disco);
        pair.Pass();
        await Assert.That(a.Messages[^1]).IsEqualTo($"PeerGone {b.Name} 1");
        await Assert.That(pair.Left.Relay.Counters.ForwardedOut).IsEqualTo(1);
    }

    [Test]
    public async Task A_link_that_breaks_takes_its_clients_with_it()
    {
        using var pair = new Pair();
        var (a, b) = (pair.Left.Join(), pair.Right.Join());
        pair.Pass();
        b.Client.Send(pair.Right.Now, a.Key.PublicKey, [9]);
        pair.Pass();
        pair.Left.Relay.HandleBroken(pair.LeftLink);
        pair.Left.Pass();
        await Assert.That(a.Messages[^1]).IsEqualTo($"PeerGone {b.Name} 0");
        await Assert.That(pair.Left.Relay.RemoteKeys).IsEqualTo(0);
    }

    [Test]
    public async Task Of_several_relays_with_a_client_the_one_that_had_it_first_is_forwarded_to()
    {
        using var world = new RelayWorld();
        var (first, second) = (world.Relay.AddLink(), world.Relay.AddLink());
        using var remote = world.NewKey();
        world.Relay.HandlePresent(first, remote.PublicKey);
        world.Relay.HandlePresent(second, remote.PublicKey);
        world.Relay.HandlePresent(first, remote.PublicKey);
        var node = world.Join();
        Send();
        await Assert.That(Took(first)).IsTrue();
        await Assert.That(Took(second)).IsFalse();
        world.Relay.HandleGone(first, remote.PublicKey);
        Send();
        await Assert.That(Took(second)).IsTrue();
        world.Relay.HandleGone(second, remote.PublicKey);
        world.Relay.HandleGone(second, remote.PublicKey);
        Send();
        await Assert.That(world.Relay.Counters.PacketsDropped(RelayDropReason.UnknownDestination, isDisco: false)).IsEqualTo(1);

        void Send()
        {
            node.Client.Send(world.Now, remote.PublicKey, [1]);
            world.Pass();
        }

        static bool Took(MeshLink link)
        {
            var took = !link.Take().IsEmpty;
            link.Written();
            return took;
        }
    }

    [Test]
    public async Task A_mesh_peer_closes_all_connections_of_a_key()
    {
        using var mesh = Key();
        using var world = new RelayWorld(change: options => options with { Mesh = mesh });
        var first = world.Join();
        var second = world.Join(first.Key);
        var peer = world.Join(mesh: mesh);
        peer.Client.ClosePeer(first.Key.PublicKey);
        world.Pass();
        await Assert.That(first.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.ClosedByMesh);
        await Assert.That(second.IsCut).IsTrue();
        await Assert.That(peer.IsCut).IsFalse();
    }

    [Test]
    public async Task A_client_that_never_reads_what_it_is_told_is_closed_and_holds_up_no_other()
    {
        using var world = new RelayWorld();
        var deaf = world.Join();
        deaf.Reads = false;
        var other = world.Join();
        for (var i = 0; i < 3000 && deaf.AtRelay.State == RelayClientState.Open; i++)
        {
            using var key = world.NewKey();
            var passing = world.Join(key);
            passing.Client.Send(world.Now, deaf.Key.PublicKey, [1]);
            passing.Client.Send(world.Now, other.Key.PublicKey, [1]);
            world.Pass();
            world.Hang(passing);
        }
        await Assert.That(deaf.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.TooFarBehind);
        await Assert.That(other.AtRelay.State).IsEqualTo(RelayClientState.Open);
    }

    private static MeshKey Key() => MeshKey.TryParse($" {Secret}\n", out var key) ? key : throw new InvalidOperationException();

    /// <summary>Two relays with a link each way, each a client of the other as relays are.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly MeshKey _mesh = Key();
        private readonly MeshKey _leftMesh = Key(), _rightMesh = Key();
        private readonly RelayWorld.Node _leftAtRight, _rightAtLeft;

        public Pair()
        {
            Left = new RelayWorld(1, options => options with { Mesh = _leftMesh });
            Right = new RelayWorld(2, options => options with { Mesh = _rightMesh });
            (LeftLink, RightLink) = (Left.Relay.AddLink(), Right.Relay.AddLink());
            _leftAtRight = Right.Join(mesh: _mesh);
            _rightAtLeft = Left.Join(mesh: _mesh);
            _leftAtRight.Client.WatchConnections();
            _rightAtLeft.Client.WatchConnections();
        }

        public RelayWorld Left { get; }

        public RelayWorld Right { get; }

        public MeshLink LeftLink { get; }

        public MeshLink RightLink { get; }

        public void Pass()
        {
            for (var round = 0; round < 4; round++)
            {
                Left.Pass();
                Right.Pass();
                Carry(Left.Relay, LeftLink, _leftAtRight);
                Carry(Right.Relay, RightLink, _rightAtLeft);
            }
        }

        public void Dispose()
        {
            Left.Dispose();
            Right.Dispose();
            _mesh.Dispose();
            _leftMesh.Dispose();
            _rightMesh.Dispose();
        }

        // What the shell of a link does.
        private static void Carry(DerpRelay relay, MeshLink link, RelayWorld.Node there)
        {
            foreach (var message in there.Messages)
            {
                var words = message.Split(' ');
                if (words[0] == nameof(DerpMessageKind.PeerPresent))
                    relay.HandlePresent(link, new PublicKey(Convert.FromHexString(words[1])));
                else if (words[0] == nameof(DerpMessageKind.PeerGone))
                    relay.HandleGone(link, new PublicKey(Convert.FromHexString(words[1])));
            }
            there.Messages.Clear();
            while (link.Take() is { IsEmpty: false } bytes)
            {
                there.Up.AddRange(bytes.Span);
                link.Written();
            }
        }
    }
}
