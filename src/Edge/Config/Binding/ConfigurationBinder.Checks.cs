using System.Collections.Immutable;
using System.Net;
using Edge.Config.Evaluation;
using Edge.Config.Syntax;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

// What a schema cannot express: what follows from names, and what has to fit together across the configuration.
internal sealed partial class ConfigurationBinder
{
    private static readonly ImmutableArray<IPNetwork> TailscaleRanges =
        [IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("fd7a:115c:a1e0::/48")];

    private readonly List<(Place Place, ServerBlock Bound)> _blocks = [];
    private readonly List<(Place Place, Network Bound)> _networks = [];
    private readonly List<Place> _networkNames = [];
    private readonly List<(Place Place, Upstream Bound)> _upstreams = [];

    /// <summary>What properties mean where the user says nothing, for those who print the configuration.</summary>
    public InferredValues Inferred { get; } = new();

    private ServerBlock Check(Place place, ServerBlock bound)
    {
        if (ListenAddress.TryParse(place.Key, out var address))
            bound = InferListen(place, bound, address);
        else if (HostNames.IsDomain(place.Key))
            bound = InferDomains(place, InferListen(place, bound, new ListenAddress { Port = 443 }), place.Key.ToLowerInvariant());
        if (Property(place, "networks") is { Object: { } names } networks)
            _networkNames.AddRange(Children(networks, names, MemberKind.Element));
        _blocks.Add((place, bound));
        return bound;
    }

    private ServerBlock InferListen(Place place, ServerBlock bound, ListenAddress address)
    {
        if (bound.Listen.Length > 0) return bound;
        Infer(place, "listen", Strings(place.IsKeySecret, address.ToString()));
        return bound with { Listen = [address] };
    }

    private ServerBlock InferDomains(Place place, ServerBlock bound, string domain)
    {
        if (bound.Domains.Length > 0) return bound;
        Infer(place, "domains", Strings(place.IsKeySecret, domain));
        return bound with { Domains = [domain] };
    }

    private Tailscale Check(Place place, Tailscale bound)
    {
        if (bound.StateDir != "mem:" || bound.Ephemeral) return bound;
        Infer(place, "ephemeral", BooleanValue.True);
        return bound with { Ephemeral = true };
    }

    private Network Check(Place place, Network bound)
    {
        if (bound.Tunnel is { TailnetRanges.Length: 0 })
        {
            var ranges = bound.Wireguard is { } wireguard ? wireguard.Peers.SelectMany(p => p.AllowedIps).ToImmutableArray()
                : bound.Tailscale is not null ? TailscaleRanges
                : [];
            if (ranges.Length > 0)
            {
                Infer(Property(place, "tunnel"), "tailnetRanges", Strings(false, [.. ranges.Select(r => r.ToString())]));
                bound = bound with { Tunnel = bound.Tunnel with { TailnetRanges = ranges } };
            }
        }
        _networks.Add((place, bound));
        return bound;
    }

    private Tunnel Check(Place place, Tunnel bound)
    {
        RequireLoopback(place, "socks5", bound.Socks5, bound.AllowRemote);
        RequireLoopback(place, "httpProxy", bound.HttpProxy, bound.AllowRemote);
        return bound;
    }

    private void RequireLoopback(Place place, string name, HostPort? address, bool allowRemote)
    {
        if (address is not null && !allowRemote && !address.IsLoopback)
            _errors.Add(Property(place, name), $"`{name}` would let other hosts into the tunnel", "use an address of this host, such as `127.0.0.1:1055`, or say `allowRemote = true`");
    }

    private Foundation.Configuration.Admin Check(Place place, Foundation.Configuration.Admin bound)
    {
        if (bound is { Listen.IsLocal: false, AllowRemote: false })
            _errors.Add(Property(place, "listen"), "other hosts could reach the admin interface, which has no password", "use an address of this host, such as `127.0.0.1:9090`, or say `allowRemote = true`");
        return bound;
    }

    private ReverseProxy Check(Place place, ReverseProxy bound)
    {
        if (bound.Network is not null) _networkNames.Add(Property(place, "network"));
        return bound;
    }

    private Upstream Check(Place place, Upstream bound)
    {
        _upstreams.Add((place, bound));
        return bound;
    }

    private Rewrite Check(Place place, Rewrite bound)
    {
        if (bound is { StripPrefix: null, AddPrefix: null, Regex: null, Replacement: null } && place.Object is not null)
            _errors.Add(place, "`Rewrite` changes nothing", "set `stripPrefix`, `addPrefix`, or `regex` and `replacement`");
        return bound;
    }

    // The whole: last, when all its parts are known.
    private EdgeServer Check(Place place, EdgeServer bound)
    {
        foreach (var name in _networkNames)
            CheckNetworkName(name);
        if (_networks.Count > 1)
            foreach (var upstream in _upstreams)
                CheckClaims(upstream);
        if (_errors.Count > 0) return bound;
        foreach (var (network, settings) in _networks)
            if (settings.Wireguard is { } wireguard)
                CheckCompleteness(network, wireguard);
        var tls = Property(place, "tls");
        bound = bound with { Servers = [.. _blocks.Select(b => KeyValuePair.Create(b.Place.Key, WithTls(b.Place, b.Bound, tls, bound.Tls)))] };
        for (var i = 0; i < _blocks.Count; i++)
            _blocks[i] = (_blocks[i].Place, bound.Servers[i].Value);
        CheckListeners();
        return bound;
    }

    private void CheckNetworkName(Place name)
    {
        if (name.Value is not StringValue { Value: var text }) return;
        if (_networks.Exists(n => n.Place.Key == text)) return;
        // Flags and the environment make one network of this name where the file has none.
        if (_networks.Count == 0 && text == "default") return;
        var near = EditDistance.Nearest(text, _networks.Where(n => !n.Place.IsKeySecret).Select(n => n.Place.Key));
        _errors.Add(name, $"there is no network {Shown(name, "of this name")}",
            near is not null ? $"did you mean `{near}`?"
            : _networks.Count == 0 ? "add it in `networks`"
            : $"the networks are {string.Join(", ", _networks.Select(n => $"`{n.Place.ShownKey}`"))}");
    }

    private void CheckClaims((Place Place, Upstream Bound) upstream)
    {
        // The listing's place, and the proxy's.
        if (upstream.Bound.Address?.Target.Address is not { } address || upstream.Place.Parent?.Parent is not { } proxy) return;
        if (Property(proxy, "network").Value is not NullValue) return;
        var claims = _networks
            .Where(n => n.Bound.Tunnel is { BridgeOutbound: true } tunnel && tunnel.TailnetRanges.Any(r => r.Contains(address)))
            .Select(n => n.Place.ShownKey).ToList();
        if (claims.Count < 2) return;
        var shown = IsShown(AddressOf(upstream.Place)) ? address.ToString() : "this address";
        _errors.Add(upstream.Place, $"{string.Join(" and ", claims.Select(c => $"`{c}`"))} both claim {shown}",
            $"say which network leads there: `network = \"{claims[0]}\"` in this `ReverseProxy`");
    }

    /// <summary>What a block's own <c>tls</c> does not set is the server's; a block without TLS has none.</summary>
    private ServerBlock WithTls(Place place, ServerBlock block, Place serverTls, Tls server)
    {
        var own = Property(place, "tls");
        if (block.Tls is null && !HasImpliedTls(place, block)) return block;
        if (own.IsNull) Infer(place, "tls", serverTls.Value!);
        var tls = block.Tls is null ? server : Inherit(own, block.Tls, serverTls, server);
        return block with { Tls = tls.Auto || tls.CertFile is not null ? tls : null };
    }

    // A name that is an address says no TLS; a label says nothing, and then domains on HTTPS's port say it.
    private static bool HasImpliedTls(Place place, ServerBlock block) =>
        HostNames.IsDomain(place.Key)
        || (!block.Domains.IsEmpty && block.Listen.Any(a => a.Port == 443) && !ListenAddress.TryParse(place.Key, out _));

    private Tls Inherit(Place own, Tls block, Place serverTls, Tls server)
    {
        // A certificate of the block's own comes without the server's key, and the other way round.
        var hasCertificate = IsSet("certFile");
        return new Tls
        {
            Auto = IsSet("auto") ? block.Auto : server.Auto,
            AcmeEmail = IsSet("acmeEmail") ? block.AcmeEmail : server.AcmeEmail,
            AcmeUrl = IsSet("acmeUrl") ? block.AcmeUrl : server.AcmeUrl,
            AcmeCa = IsSet("acmeCa") ? block.AcmeCa : server.AcmeCa,
            CertFile = hasCertificate ? block.CertFile : server.CertFile,
            KeyFile = hasCertificate ? block.KeyFile : server.KeyFile,
            MinVersion = IsSet("minVersion") ? block.MinVersion : server.MinVersion,
            ClientAuth = IsSet("clientAuth") ? block.ClientAuth : server.ClientAuth,
        };

        bool IsSet(string name)
        {
            if (Definitions.Find(own.Object!, Names.Intern(name)) is not null) return true;
            Infer(own, name, Property(serverTls, name).Value!);
            return false;
        }
    }

    // Two blocks may share an address if their names tell them apart and both speak TLS, or neither does.
    private void CheckListeners()
    {
        var first = new Dictionary<ListenAddress, (Place Place, ServerBlock Bound)>();
        var answering = new Dictionary<(ListenAddress, string), Place>();
        foreach (var block in _blocks)
        {
            foreach (var address in block.Bound.Listen)
            {
                if (first.TryAdd(address, block)) continue;
                var other = first[address];
                if (ReferenceEquals(other.Place, block.Place))
                    _errors.Add(Property(block.Place, "listen"), $"an address is listed twice", "list it once");
                else if (other.Bound.Tls is null != block.Bound.Tls is null)
                    _errors.Add(block.Place, $"`{other.Place.ShownKey}` and `{block.Place.ShownKey}` both listen on one address, one with TLS and one without", "give one of them another address in `listen`");
            }
            foreach (var address in block.Bound.Listen.Distinct())
            {
                foreach (var name in block.Bound.Domains.IsEmpty ? [""] : block.Bound.Domains.Distinct())
                {
                    if (answering.TryAdd((address, name), block.Place)) continue;
                    var both = $"`{answering[(address, name)].ShownKey}` and `{block.Place.ShownKey}` both answer";
                    if (name.Length == 0)
                        _errors.Add(block.Place, $"{both} every name on one address", "give one of them `domains` or another address in `listen`");
                    else
                        _errors.Add(block.Place, $"{both} the same name on one address", "let one of them answer it");
                }
            }
        }
    }

    // An upstream is an object with an address, or the address itself.
    private Place AddressOf(Place upstream) => upstream.Object is null ? upstream : Property(upstream, "address");

    private void Infer(Place place, string property, Value value)
    {
        if (place.Object is { } @object) Inferred.Set(@object, property, value);
    }

    private ObjectValue Strings(bool fromEnvironment, params ReadOnlySpan<string> texts)
    {
        var listing = new ObjectBuilder(_evaluator);
        foreach (var text in texts) listing.Element(new StringValue(text) { FromEnvironment = fromEnvironment });
        return listing.ToListing();
    }
}
