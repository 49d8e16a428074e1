using Edge.Foundation.Addresses;

namespace Edge.Lab.World;

/// <summary>Carries UDP datagrams between endpoints. An endpoint that nobody holds any more swallows them.</summary>
internal sealed class Network(World world, PcapWriter? capture)
{
    private readonly Dictionary<Endpoint, TunnelHost> _hosts = [];
    private uint _lastAddress = 0xc633_6400;

    public World World => world;

    /// <summary>Of every way that has no model of its own.</summary>
    public LinkModel Default { get; set; } = LinkModel.Clean;

    /// <summary>Hosts that nothing reaches and that reach nothing, by name.</summary>
    public HashSet<string> CutOff { get; } = [];

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Over all datagrams, when and to whom: two runs of one seed have the same.</summary>
    public ulong Digest { get; private set; } = 0xcbf2_9ce4_8422_2325;

    /// <summary>Gives a host an address that nobody had before. The one it had is nobody's.</summary>
    public Endpoint Move(TunnelHost host)
    {
        _hosts.Remove(host.Endpoint);
        var endpoint = new Endpoint(IpAddress.V4(++_lastAddress), 51820);
        _hosts[endpoint] = host;
        return endpoint;
    }

    public void Send(TunnelHost from, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        Sent++;
        Mix(datagram, to);
        capture?.Write(world.Now, from.Endpoint, to, datagram);
        if (world.Random.Chance(Default.Loss) || CutOff.Contains(from.Name))
        {
            Lost++;
            return;
        }
        for (var copies = world.Random.Chance(Default.Duplication) ? 2 : 1; copies > 0; copies--)
        {
            var bytes = datagram.ToArray();
            var source = from.Endpoint;
            world.After(world.Random.Between(Default.LeastDelay, Default.MostDelay), () =>
            {
                if (_hosts.TryGetValue(to, out var host) && !CutOff.Contains(host.Name))
                    host.Receive(source, bytes);
            });
        }
    }

    /// <summary>FNV-1a over words.</summary>
    private void Mix(ReadOnlySpan<byte> datagram, Endpoint to)
    {
        Digest = (Digest ^ (ulong)world.Now.Nanoseconds ^ to.Address.V4Bits) * 0x0000_0100_0000_01b3;
        foreach (var b in datagram)
            Digest = (Digest ^ b) * 0x0000_0100_0000_01b3;
    }
}
