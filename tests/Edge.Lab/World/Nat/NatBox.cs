using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Lab.World.Nat;

/// <summary>A NAT with one address outside. It keeps what it has translated for a while after the last packet out.</summary>
/// <param name="kind">Not <see cref="NatKind.None"/>.</param>
/// <param name="outside">Its address.</param>
/// <param name="lifetime">Of a mapping without packets to the outside; RFC 4787 wants two minutes, home routers have 30 s.</param>
/// <param name="hairpins">A host inside reaches another by the outside address (RFC 4787 section 6).</param>
internal sealed class NatBox(NatKind kind, IpAddress outside, TimeSpan lifetime, bool hairpins)
{
    private readonly Dictionary<(Endpoint Inside, Endpoint To), Mapping> _bySource = [];
    private readonly Dictionary<ushort, Mapping> _byPort = [];
    private ushort _lastPort = 20_000;

    public IpAddress Outside => outside;

    public bool Hairpins => hairpins;

    /// <summary>Another address outside, as after a reconnection: all that was mapped is gone.</summary>
    public void Forget()
    {
        _bySource.Clear();
        _byPort.Clear();
    }

    /// <summary>A datagram goes out.</summary>
    /// <returns>Whom it seems to come from; null: it does not get through.</returns>
    public Endpoint? Out(Timestamp now, Endpoint inside, Endpoint to)
    {
        if (kind == NatKind.Blocked)
            return null;
        var key = (inside, kind == NatKind.Symmetric ? to : default);
        if (!_bySource.TryGetValue(key, out var mapping) || now - mapping.UsedAt > lifetime)
        {
            mapping = new Mapping(inside, ++_lastPort);
            _bySource[key] = mapping;
            _byPort[mapping.Port] = mapping;
        }
        mapping.UsedAt = now;
        mapping.SentTo[to] = now;
        return new Endpoint(outside, mapping.Port);
    }

    /// <summary>A datagram comes in.</summary>
    /// <returns>Whom it is for; null: it does not get through.</returns>
    public Endpoint? In(Timestamp now, Endpoint from, ushort port)
    {
        if (!_byPort.TryGetValue(port, out var mapping) || now - mapping.UsedAt > lifetime)
            return null;
        var isOpen = kind switch
        {
            NatKind.FullCone => true,
            NatKind.Restricted => mapping.SentTo.Any(sent => sent.Key.Address == from.Address && now - sent.Value <= lifetime),
            _ => mapping.SentTo.TryGetValue(from, out var at) && now - at <= lifetime,
        };
        return isOpen ? mapping.Inside : null;
    }

    private sealed class Mapping(Endpoint inside, ushort port)
    {
        public Endpoint Inside => inside;

        public ushort Port => port;

        public Timestamp UsedAt { get; set; }

        public Dictionary<Endpoint, Timestamp> SentTo { get; } = [];
    }
}
