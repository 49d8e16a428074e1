using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Edge.Crypto;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Control;
using Edge.Node.Tailnet;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Tests.Io.Control;

/// <summary>A node that joins a control server by the real session and its shell, with all that its session told.</summary>
internal sealed class JoinedNode : IAsyncDisposable
{
    private readonly X25519KeyPair _machine;
    private readonly ControlLoop _loop;
    private readonly Channel<ControlAction> _told = Channel.CreateUnbounded<ControlAction>();

    /// <param name="server">Where.</param>
    /// <param name="name">Of the host.</param>
    /// <param name="authKey">Null: a person must let it in.</param>
    /// <param name="again">A node whose keys it has, as after a restart.</param>
    /// <param name="serverKey">That was kept of the server; zero: none was.</param>
    /// <param name="limits">What is taken from the server.</param>
    /// <param name="isEphemeral">It goes when it logs out.</param>
    public JoinedNode(Uri server, string name, string? authKey, JoinedNode? again = null, KeyOf<MachineKind> serverKey = default, ControlLimits? limits = null, bool isEphemeral = false)
    {
        _machine = again is null ? NoiseServer.NewKey() : new(again._machine.PrivateKey);
        Host = new HostInfo { Hostname = name, Os = "linux", BackendLogId = new string('0', 64), ClientVersion = "edge", Userspace = true };
        using var disco = NoiseServer.NewKey();
        var dialler = new ControlDialler(new Dialler(new NoNames(), TimeProvider.System), new Lazy<X509Certificate2Collection>(() => []), new SystemEntropy(), TimeProvider.System);
        var session = new ControlSession(new ControlOptions
        {
            Host = Host,
            DiscoKey = new KeyOf<DiscoKind>(new PublicKey(disco.PublicKey)),
            AuthKey = authKey,
            NodeKey = again?.Identity is { } identity ? new PrivateKey(identity.NodeKey.KeyPair.PrivateKey) : null,
            IsRegistered = again is not null,
            ServerKey = again?.Identity?.ServerKey ?? serverKey,
            Limits = limits ?? new(),
            IsEphemeral = isEphemeral,
        }, new SystemEntropy());
        session.SetReport(MonotonicClock.Now, Host, [EndpointOf(41641)]);
        _loop = new ControlLoop(session, new ControlClient(dialler, new ControlAddress(server), _machine), TimeProvider.System, action =>
        {
            Identity = action as StoreIdentity ?? Identity;
            LastMap = (action as PublishNetmap)?.Map ?? LastMap;
            _told.Writer.TryWrite(action);
        });
    }

    public HostInfo Host { get; }

    public StoreIdentity? Identity { get; private set; }

    /// <summary>The last netmap; null: none yet.</summary>
    public NetworkMap? LastMap { get; private set; }

    public KeyOf<MachineKind> MachineKey => new(new PublicKey(_machine.PublicKey));

    /// <summary>Waits for a netmap among those that were not looked at yet.</summary>
    public async Task<NetworkMap> Map(Func<NetworkMap, bool> expected, CancellationToken cancellation) =>
        (await Told<PublishNetmap>(publish => expected(publish.Map), cancellation)).Map;

    /// <inheritdoc cref="Map"/>
    public async Task<ControlStatus> Status(Func<ControlStatus, bool> expected, CancellationToken cancellation) =>
        (await Told<ShowStatus>(show => expected(show.Status), cancellation)).Status;

    public ValueTask SetReport(HostInfo host, ushort port) => _loop.SetReport(host, [EndpointOf(port)]);

    public async Task Logout(CancellationToken cancellation)
    {
        await _loop.Logout(TimeSpan.FromSeconds(30));
        var status = await Status(status => status.State == ControlState.LoggedOut, cancellation);
        await Assert.That(status.Reason).IsEqualTo("");
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _machine.Dispose();
    }

    private static OwnEndpoint EndpointOf(ushort port) => new(new Endpoint(IpAddress.V4(0x7f00_0001), port), EndpointKind.Local);

    private async Task<T> Told<T>(Func<T, bool> expected, CancellationToken cancellation) where T : ControlAction
    {
        while (true)
        {
            if (await _told.Reader.ReadAsync(cancellation) is T told && expected(told)) return told;
        }
    }

    private sealed class NoNames : IResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
            throw new DialException(DialStep.LookUp, $"{host} is looked up");
    }
}
