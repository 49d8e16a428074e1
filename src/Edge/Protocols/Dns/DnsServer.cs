using System.Buffers.Binary;
using Edge.Foundation;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>
/// Answers every question: the tailnet's by <see cref="MagicDns"/>, others by whom the routes name. It serves 100.100.100.100 in the tunnel, the local
/// forwarder and this process's own look-ups alike.
/// </summary>
internal sealed class DnsServer
{
    private readonly MagicDns _magic;
    private readonly DnsForwarder _forwarder;
    private readonly Queue<DnsAction> _outbox = [];
    private readonly List<PeerChange> _changes = [];
    private DnsRoutes _routes = new(default);
    private NetworkMap? _map;
    private DnsPreferences _preferences;
    private TailnetNode? _exitNode;
    private DnsSettings? _settings;
    private ValueList<DnsResolver> _system;
    private bool _hasDefault;

    public DnsServer(EntropySource entropy)
    {
        _magic = new MagicDns(Names);
        _forwarder = new DnsForwarder(entropy, Cache);
    }

    /// <summary>Kept in step with the netmap by the owner.</summary>
    public TailnetNames Names { get; } = new();

    public DnsCache Cache { get; } = new();

    /// <summary>Names' texts, to be put behind a name without a dot.</summary>
    public ValueList<string> SearchDomains { get; private set; }

    /// <summary>Questions that wait for an upstream.</summary>
    public int WaitingCount => _forwarder.JobCount;

    public Timestamp NextDeadline => _forwarder.NextDeadline;

    /// <summary>
    /// Follows the netmap: a peer that changed costs what its names cost. Whom to ask changes only where that follows from what did: otherwise what is under
    /// way goes on, and what is known is kept.
    /// </summary>
    /// <param name="map">As it is now.</param>
    /// <param name="preferences">The user's.</param>
    /// <param name="system">The host's own resolvers.</param>
    public void Update(NetworkMap map, DnsPreferences preferences, ValueList<DnsResolver> system)
    {
        _changes.Clear();
        map.CollectChanges(_map, _changes);
        var (exitNode, isSelfNew) = (_exitNode, _map is null || map.Self != _map.Self);
        foreach (var change in _changes)
        {
            Names.Apply(change);
            if (IsExitNode(change.Before, preferences) || IsExitNode(change.After, preferences))
                exitNode = IsExitNode(change.After, preferences) ? change.After : null;
        }
        if (preferences.ExitNode != _preferences.ExitNode)
            exitNode = FindExitNode(map, preferences);
        if (isSelfNew)
            Names.SetSelf(map.Self);
        if (map.Dns.ExtraRecords != (_map?.Dns ?? DnsConfig.Empty).ExtraRecords)
            Names.SetExtraRecords(map.Dns.ExtraRecords);
        if (_settings is null || isSelfNew || map.Dns != _map!.Dns || preferences != _preferences || exitNode != _exitNode || system != _system)
        {
            // An expired node's tailnet would not answer (dnsConfigForNetmap).
            var settings = DnsSettings.Of(map, preferences.AcceptsDns && !map.Self.IsExpired, exitNode, preferences.ExitNode.Length > 0);
            if (settings != _settings || system != _system)
                Configure(settings, system);
            (_settings, _system) = (settings, system);
        }
        (_map, _preferences, _exitNode) = (map, preferences, exitNode);
    }

    /// <summary>The host's own resolvers are others from now on; where they are not, nothing happens.</summary>
    public void Update(ValueList<DnsResolver> system)
    {
        if (system == _system)
            return;
        _system = system;
        Configure(_settings ?? DnsSettings.None, system);
    }

    /// <summary>Whom to ask from now on. What is under way fails, what is known is forgotten: both came from others.</summary>
    /// <param name="settings">Of the netmap.</param>
    /// <param name="system">The host's own resolvers.</param>
    public void Configure(DnsSettings settings, ValueList<DnsResolver> system)
    {
        var domains = new List<string>();
        foreach (var (suffix, resolvers) in settings.Routes)
        {
            if (resolvers.IsEmpty)
                domains.Add(suffix);
        }
        Configure(domains, DnsRoutes.Of(settings, system));
        _hasDefault = !settings.Default.IsEmpty;
        SearchDomains = settings.SearchDomains;
    }

    /// <param name="domains">Names' texts; what is unknown below them does not exist.</param>
    /// <param name="routes">Whom to ask for all else.</param>
    public void Configure(IEnumerable<string> domains, DnsRoutes routes)
    {
        _magic.SetDomains(domains);
        _routes = routes;
        _forwarder.Reset();
        _hasDefault = false;
        SearchDomains = default;
    }

    /// <summary>
    /// Whether a look-up of this process is none of the tailnet's: no name of it, below none of its domains and routes, and it has no resolver for all names.
    /// </summary>
    /// <param name="name">A name's text.</param>
    public bool IsLeftToSystem(ReadOnlySpan<char> name) => ClaimOf(name) == 0;

    /// <summary>
    /// How closely a name belongs here: the length of the longest suffix of it that does, 1 where there is a resolver for all names, more than any length for
    /// a name that is known. 0: <see cref="IsLeftToSystem"/>. Of several servers the one with the closest claim is to be asked.
    /// </summary>
    /// <param name="name">A name's text.</param>
    public int ClaimOf(ReadOnlySpan<char> name) => Math.Max(_hasDefault ? 1 : 0, Math.Max(_magic.ClaimOf(name), _routes.ClaimOf(name)));

    /// <param name="now">The time.</param>
    /// <param name="client">Names who asked, in the answer's action.</param>
    /// <param name="query">Anything at all.</param>
    /// <param name="transport">How it came.</param>
    public void Handle(Timestamp now, long client, ReadOnlySpan<byte> query, DnsTransport transport)
    {
        Span<byte> answer = stackalloc byte[MagicDns.MostBytes];
        if (_magic.Answer(query, answer, out var length) == DnsOutcome.Answered)
        {
            if (transport == DnsTransport.Udp)
                length = DnsMessage.Fit(answer, length, DnsMessage.UdpSizeFor(query));
            Answer(client, answer[..length].ToArray());
            return;
        }
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<char> text = stackalloc char[DnsName.MaxText];
        scoped var reader = new DnsReader(query);
        reader.TryReadQuestion(wire, out var question);
        ReadOnlySpan<char> name = text[..DnsName.ToText(question.Name, text)];
        if (ReverseName.IsServiceBrowsing(name))
        {
            // Programs that look for printers and loudspeakers ask so all the time; no upstream knows (tsdns.go, hasRDNSBonjourPrefix).
            var recursion = (BinaryPrimitives.ReadUInt16BigEndian(query[2..]) & DnsHeader.RecursionDesired) != 0 ? DnsHeader.RecursionAvailable : (ushort)0;
            Answer(client, DnsMessage.Fail(query, DnsCode.NameError, recursion));
            return;
        }
        _forwarder.Handle(now, client, query, transport, _routes.Find(name));
    }

    /// <inheritdoc cref="DnsForwarder.HandleAnswer"/>
    public bool HandleAnswer(Timestamp now, int exchange, ReadOnlySpan<byte> message) => _forwarder.HandleAnswer(now, exchange, message);

    public void HandleFailure(Timestamp now, int exchange) => _forwarder.HandleFailure(now, exchange);

    public void HandleTime(Timestamp now) => _forwarder.HandleTime(now);

    public bool Poll(out DnsAction action) => _outbox.TryDequeue(out action) || _forwarder.Poll(out action);

    private static bool IsExitNode(TailnetNode? node, DnsPreferences preferences) => node is not null && preferences.ExitNode.Length > 0 && node.StableId == preferences.ExitNode;

    private static TailnetNode? FindExitNode(NetworkMap map, DnsPreferences preferences)
    {
        foreach (var (_, peer) in map.Peers)
        {
            if (IsExitNode(peer, preferences))
                return peer;
        }
        return null;
    }

    private void Answer(long client, byte[] message) => _outbox.Enqueue(new DnsAction(DnsActionKind.Answer, 0, client, null, message));
}
