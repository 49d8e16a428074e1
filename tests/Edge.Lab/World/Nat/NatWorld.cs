using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Protocols.Stun;

namespace Edge.Lab.World.Nat;

/// <summary>
/// An internet with hosts behind NATs, a STUN server and a relay. Datagrams take one time from outside to outside, and a short one inside a site;
/// what a relay carries takes longer and gets through everything.
/// </summary>
internal sealed class NatWorld(ulong seed)
{
    public static readonly Endpoint Stun = new(IpAddress.V4(0xc612_0001), 3478);

    private static readonly TimeSpan s_inside = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<Endpoint, NatHost> _hosts = [];
    private readonly Dictionary<PublicKey, NatHost> _nodes = [];
    private readonly Dictionary<IpAddress, NatBox> _boxes = [];
    private uint _lastPublic = 0xcb00_7100;

    public World World { get; } = new(seed);

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan RelayDelay { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>The share of datagrams that is lost; relays lose none.</summary>
    public double Loss { get; set; }

    /// <summary>What a datagram takes more than <see cref="Delay"/>, at most: later ones may come first.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>A key that nobody had; the caller's.</summary>
    public PrivateKey NewKey()
    {
        Span<byte> key = stackalloc byte[PrivateKey.Size];
        World.Random.Fill(key);
        return new PrivateKey(key);
    }

    /// <summary>A public address that nobody had.</summary>
    public IpAddress NextPublic() => IpAddress.V4(++_lastPublic);

    public void Join(NatHost host)
    {
        _hosts[host.Endpoint] = host;
        _nodes[host.NodeKey] = host;
    }

    public void Leave(NatHost host) => _hosts.Remove(host.Endpoint);

    public void Join(NatSite site)
    {
        foreach (var box in site.Boxes)
            _boxes[box.Outside] = box;
    }

    /// <summary>A host sends a datagram.</summary>
    public void Send(NatHost from, Endpoint to, byte[] datagram)
    {
        if (World.Random.Chance(Loss))
            return;
        if (Inside(from.Site, to) is { } neighbour)
        {
            World.After(s_inside, () => neighbour.Receive(from.Endpoint, datagram));
            return;
        }
        var source = from.Endpoint;
        foreach (var box in from.Site.Boxes)
        {
            if (box.Out(World.Now, source, to) is not { } mapped)
                return;
            source = mapped;
            if (to.Address != box.Outside)
                continue;
            if (!box.Hairpins)
                return;
            break;
        }
        World.After(Drawn(), () => Arrive(source, to, datagram));
    }

    /// <summary>A relay carries a packet.</summary>
    public void Relay(NatHost from, PublicKey to, byte[] packet)
    {
        if (!from.HasRelay)
            return;
        World.After(RelayDelay, () =>
        {
            if (_nodes.TryGetValue(to, out var host) && host.HasRelay)
                host.ReceiveRelayed(from.NodeKey, packet);
        });
    }

    private NatHost? Inside(NatSite site, Endpoint to) =>
        site.Boxes.Count > 0 && _hosts.TryGetValue(to, out var host) && host.Site == site ? host : null;

    private void Arrive(Endpoint source, Endpoint to, byte[] datagram)
    {
        if (to == Stun)
        {
            Answer(source, datagram);
            return;
        }
        NatBox? innermost = null;
        while (_boxes.TryGetValue(to.Address, out var box))
        {
            if (box.In(World.Now, source, to.Port) is not { } inner)
                return;
            (innermost, to) = (box, inner);
        }
        if (_hosts.TryGetValue(to, out var host) && host.Site.Innermost == innermost)
            host.Receive(source, datagram);
    }

    private void Answer(Endpoint source, byte[] request)
    {
        if (StunBinding.ReadRequest(request, out var transaction) != StunVerdict.Accepted)
            throw new WorldException("a STUN server was sent something else");
        var response = new byte[StunBinding.MaxResponseSize];
        var length = StunBinding.WriteResponse(response, transaction, source);
        World.After(Drawn(), () => Arrive(Stun, source, response[..length]));
    }

    private TimeSpan Drawn() => Jitter > TimeSpan.Zero ? World.Random.Between(Delay, Delay + Jitter) : Delay;
}
