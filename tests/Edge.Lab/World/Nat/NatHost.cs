using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Stun;

namespace Edge.Lab.World.Nat;

/// <summary>A host of a <see cref="NatWorld"/>: where it is, how it finds out where it seems to be, and when it wakes.</summary>
internal abstract class NatHost
{
    private readonly byte[] _transaction = new byte[StunBinding.TransactionIdSize];
    private Timestamp _wakeAt = Timestamp.Never;

    protected NatHost(NatWorld network, string name, NatSite site, Endpoint endpoint, PublicKey nodeKey)
    {
        (Network, Name, Site, Endpoint, NodeKey) = (network, name, site, endpoint, nodeKey);
        network.Join(this);
    }

    public string Name { get; }

    public NatSite Site { get; }

    public Endpoint Endpoint { get; private set; }

    public PublicKey NodeKey { get; }

    /// <summary>False: no relay is reached from here.</summary>
    public bool HasRelay { get; set; } = true;

    /// <summary>Endpoints that this host has told the netmap of.</summary>
    public IReadOnlyList<Endpoint> Published { get; private set; } = [];

    protected NatWorld Network { get; }

    protected World World => Network.World;

    protected bool IsAsking { get; private set; }

    /// <summary>Finds out where this host seems to be, and tells its own core.</summary>
    public void Discover()
    {
        IsAsking = true;
        World.Random.Fill(_transaction);
        var request = new byte[StunBinding.RequestSize];
        StunBinding.WriteRequest(request, _transaction);
        Network.Send(this, NatWorld.Stun, request);
        // Without an answer its own address has to do.
        World.After(TimeSpan.FromSeconds(3), () =>
        {
            if (IsAsking)
                Publish([Endpoint]);
        });
    }

    public void Receive(Endpoint source, byte[] datagram)
    {
        if (StunBinding.ReadResponse(datagram, out var transaction, out var mapped) != StunVerdict.Accepted)
            Take(source, datagram);
        else if (transaction.SequenceEqual(_transaction))
            Publish(mapped == Endpoint ? [Endpoint] : [mapped, Endpoint]);
        Pump();
    }

    public void ReceiveRelayed(PublicKey from, byte[] packet)
    {
        TakeRelayed(from, packet);
        Pump();
    }

    /// <summary>Has another address inside from now on.</summary>
    protected void MoveTo(Endpoint endpoint)
    {
        Network.Leave(this);
        Endpoint = endpoint;
        Network.Join(this);
    }

    protected abstract void Take(Endpoint source, byte[] datagram);

    protected abstract void TakeRelayed(PublicKey from, byte[] packet);

    /// <summary>This is where the host seems to be.</summary>
    protected abstract void Found(Endpoint[] endpoints);

    /// <summary>Sends what is to be sent, and calls <see cref="WakeAt"/>.</summary>
    protected abstract void Pump();

    protected void WakeAt(Timestamp time)
    {
        if (time >= _wakeAt)
            return;
        _wakeAt = time;
        World.At(time, () =>
        {
            // A later call may have asked for an earlier time.
            if (_wakeAt > World.Now)
                return;
            _wakeAt = Timestamp.Never;
            Pump();
        });
    }

    protected WorldException Failed(string what) => new($"{Name}: {what}");

    private void Publish(Endpoint[] endpoints)
    {
        IsAsking = false;
        Published = endpoints;
        Found(endpoints);
        Pump();
    }
}
