using System.Text.Json.Nodes;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>The tailnet without its HTTP: who is let in, and what nodes told. Any thread; each change makes another <see cref="TailnetState"/>.</summary>
/// <param name="first">What it begins with.</param>
/// <param name="time">The calendar.</param>
internal sealed class LabTailnet(TailnetState first, TimeProvider time)
{
    private readonly Watched<TailnetState> _state = new(first);

    /// <summary>How long a node's key lives from its registration on; null: it has no end.</summary>
    public TimeSpan? KeyLife { get; set; }

    /// <summary>An administrator must let machines in (<see cref="LabNode.IsAuthorized"/>).</summary>
    public bool NeedsApproval { get; set; }

    /// <summary>What nodes offer to route they may route.</summary>
    public bool ApprovesRoutes { get; set; }

    public TailnetState State => _state.Value;

    public DateTimeOffset Now => time.GetUtcNow();

    public (TailnetState State, Task Changed) Look() => _state.Look();

    public Task<TailnetState> Until(Func<TailnetState, bool> expected, CancellationToken cancellation) => _state.Until(expected, cancellation);

    public void Change(Func<TailnetState, TailnetState> change) => _state.Change(state => (change(state), true));

    /// <summary>Changes a node; one that is not there stays so.</summary>
    public void Change(long id, Func<LabNode, LabNode> change) => Change(state => state.Find(id) is { } node ? state.With(change(node)) : state);

    public void Remove(long id) => Change(state => state.Without(id));

    /// <summary>The node's key has ended.</summary>
    public void Expire(long id) => Change(id, node => node with { Expiry = Now - TimeSpan.FromSeconds(1) });

    public LabAuthKey Add(LabAuthKey key)
    {
        Change(state => state with { Keys = state.Keys.Add(key) });
        return key;
    }

    /// <summary>A person opened the URL and let the node in.</summary>
    /// <param name="url">As the node was given it, or its last part.</param>
    /// <param name="user">Who.</param>
    /// <returns>False: nothing waits there.</returns>
    public bool Approve(string url, string user) => Decide(url, login => login with { User = user });

    /// <summary>A person opened the URL and turned the node away.</summary>
    /// <inheritdoc cref="Approve"/>
    public bool Refuse(string url, string reason) => Decide(url, login => login with { Refusal = reason });

    /// <summary>Registers, renews or logs out. A follow-up is answered when a person has decided.</summary>
    public async Task<LabVerdict> Register(LabRegistration asked, CancellationToken cancellation)
    {
        var id = asked.Followup[(asked.Followup.LastIndexOf('/') + 1)..];
        if (id.Length > 0)
            await _state.Until(state => state.Logins.Find(login => login.Id == id) is not { IsDecided: false }, cancellation);
        return _state.Change(state => Register(state, asked, id));
    }

    /// <summary>Takes what a node tells of itself.</summary>
    /// <returns>False: there is no such node.</returns>
    public bool Update(KeyOf<MachineKind> machine, JsonObject request) => _state.Change(state =>
    {
        if (!KeyOf<NodeKind>.TryParse(LabJson.Text(request, "NodeKey"), out var key) || state.Find(machine, key) is not { } node) return (state, false);
        _ = KeyOf<DiscoKind>.TryParse(LabJson.Text(request, "DiscoKey"), out var disco);
        node = WithHost(node, LabHost.Read(request));
        return (state.With(node with { DiscoKey = disco, Endpoints = LabJson.Texts(request, "Endpoints"), Version = LabJson.Number(request, "Version") }), true);
    });

    public void SetOnline(long id, bool isOnline) => Change(id, node => node with { IsOnline = isOnline, LastSeen = isOnline ? null : Now });

    /// <summary>All nodes by name, as their peers are told of them: for people, and for tests in other processes.</summary>
    public JsonObject Describe()
    {
        var (state, now) = (State, Now);
        return new(state.Nodes.Values.Select(node => KeyValuePair.Create(node.Name, (JsonNode?)LabMessages.Node(state, node, now, isSelf: true))));
    }

    private bool Decide(string url, Func<LabLogin, LabLogin> decide) => _state.Change(state =>
        state.Logins.Find(login => url.EndsWith(login.Id, StringComparison.Ordinal)) is { IsDecided: false } login
            ? (state with { Logins = state.Logins.Replace(login, decide(login)) }, true)
            : (state, false));

    private (TailnetState, LabVerdict) Register(TailnetState state, LabRegistration asked, string loginId)
    {
        var own = state.Find(asked.Machine);
        if (own is not null && own.Key == asked.Key)
        {
            if (asked.Expiry <= Now) return Logout(state, own);
            if (own.IsExpiredAt(Now)) return (state, new(IsKeyExpired: true));
            var node = WithHost(own, asked.Host) with { Version = asked.Version };
            return (state.With(node), new(node));
        }
        if (asked.Expiry <= Now) return (state, new(Error: "the node to log out is not known"));
        if (asked.AuthKey.Length > 0) return RegisterByKey(state, asked);
        if (state.Logins.Find(login => login.Id == loginId && login.Machine == asked.Machine) is { } login)
        {
            state = state with { Logins = state.Logins.Remove(login) };
            return login.User is { } user ? Admit(state, asked, user, tags: default) : (state, new(Error: login.Refusal));
        }
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        return (state with { Logins = state.Logins.Add(new(id, asked.Machine)) }, new(LoginId: id));
    }

    private (TailnetState, LabVerdict) RegisterByKey(TailnetState state, LabRegistration asked)
    {
        var key = state.Keys.Find(key => key.Text == asked.AuthKey);
        var refusal = key is null ? "auth key not found"
            : key.Expiry <= Now ? "auth key expired"
            : key is { IsReusable: false, IsUsed: true } ? "auth key has already been used"
            : "";
        if (refusal.Length > 0) return (state, new(Error: refusal));
        state = state with { Keys = state.Keys.Replace(key!, key! with { IsUsed = true }) };
        return Admit(state, asked with { IsEphemeral = asked.IsEphemeral || key!.IsEphemeral }, key!.User, key.Tags);
    }

    private (TailnetState, LabVerdict) Admit(TailnetState state, LabRegistration asked, string login, ValueList<string> tags)
    {
        state = state.WithUser(tags.IsEmpty ? login : "tagged-devices", out var user);
        var node = state.Find(asked.Machine);
        if (node is null)
        {
            state = state with { LastId = state.LastId + 1 };
            node = new LabNode
            {
                Id = state.LastId,
                Machine = asked.Machine,
                Key = asked.Key,
                Name = FreeName(state, asked.Host.Name),
                User = user,
                Created = Now,
                IsAuthorized = !NeedsApproval,
            };
        }
        node = WithHost(node, asked.Host) with
        {
            Key = asked.Key,
            User = user,
            Tags = tags,
            Version = asked.Version,
            IsEphemeral = asked.IsEphemeral,
            Expiry = KeyLife is { } life ? Now + life : null,
        };
        return (state.With(node), new(node));
    }

    private (TailnetState, LabVerdict) Logout(TailnetState state, LabNode node)
    {
        var verdict = new LabVerdict(node, IsKeyExpired: true);
        return (node.IsEphemeral ? state.Without(node.Id) : state.With(node with { Expiry = Now - TimeSpan.FromSeconds(1) }), verdict);
    }

    private LabNode WithHost(LabNode node, LabHost host) => node with
    {
        Host = host.Text,
        Network = host.Network,
        HomeRegion = host.HomeRegion,
        OfferedRoutes = host.Routes,
        Routes = ApprovesRoutes ? host.Routes : node.Routes,
    };

    private static string FreeName(TailnetState state, string host)
    {
        var name = new string([.. host.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        if (name.Length == 0)
            name = "node";
        var free = name;
        for (var i = 1; state.Find(free) is not null; i++)
            free = $"{name}-{i}";
        return free;
    }
}
