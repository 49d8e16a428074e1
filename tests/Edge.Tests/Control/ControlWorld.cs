using System.Buffers.Binary;
using System.Text;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Lab.World;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;

namespace Edge.Tests.Control;

/// <summary>
/// A session and a control server that does what a test tells it, in virtual time. The server registers whom it is asked to, tells one netmap and
/// gives a sign of life every 55 seconds, unless told otherwise.
/// </summary>
internal sealed class ControlWorld : IDisposable
{
    private static readonly TimeSpan s_trip = TimeSpan.FromMilliseconds(20);

    private readonly HashSet<KeyOf<NodeKind>> _registered = [];
    private readonly List<ControlAction> _actions = [];
    private int _open;
    private long _wake;

    public ControlWorld(ulong seed, Func<ControlOptions, ControlOptions>? change = null)
    {
        World = new World(seed);
        var options = new ControlOptions { Host = new HostInfo { Hostname = "me" }, DiscoKey = Key<DiscoKind>(7), AuthKey = "tskey-auth-x" };
        options = change?.Invoke(options) ?? options;
        if (options.IsRegistered)
            _registered.Add(new(options.NodeKey!.PublicKey));
        Session = new ControlSession(options, World.Random);
    }

    public World World { get; }

    public ControlSession Session { get; }

    /// <summary>Every action with its time, but those that only show.</summary>
    public List<(Timestamp At, ControlAction Action)> Log { get; } = [];

    public List<(Timestamp At, ControlStatus Status)> Statuses { get; } = [];

    public List<(Timestamp At, NetworkMap Map, bool IsCached)> Maps { get; } = [];

    public KeyOf<MachineKind> ServerKey { get; set; } = Key<MachineKind>(1);

    /// <summary>Nobody answers; what is open falls silent.</summary>
    public bool IsDown { get; set; }

    /// <summary>The stream gives no more signs of life.</summary>
    public bool IsSilent { get; set; }

    public Func<RegisterRequest, RegisterResponse> Register { get; set; } = _ => new RegisterResponse { IsMachineAuthorized = true };

    /// <summary>Non-null: instead of an answer, for the step.</summary>
    public Func<ControlAction, Failed?> Refuse { get; set; } = _ => null;

    /// <summary>The first message of a stream, as JSON.</summary>
    public Func<KeyOf<NodeKind>, string> FirstMessage { get; set; } = key => $$"""{"Node":{"ID":1,"Name":"me.example.","Key":"{{key}}","MachineAuthorized":true},"Peers":[{"ID":2,"Key":"{{Key<NodeKind>(2)}}"}]}""";

    public UtcTime Utc => UtcTime.OfUnixSeconds(1_800_000_000) + (World.Now - new Timestamp(0));

    public static KeyOf<TKind> Key<TKind>(byte value) where TKind : IKeyKind
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(value);
        return new(new PublicKey(bytes));
    }

    public void Start()
    {
        Session.Start(World.Now);
        Act();
    }

    public void Run(TimeSpan span) => World.RunTo(World.Now + span);

    /// <summary>Lets the test do something to the session.</summary>
    public void Do(Action<ControlSession, Timestamp> something)
    {
        something(Session, World.Now);
        Act();
    }

    /// <summary>Sends JSON on the stream that is open.</summary>
    public void Send(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame, 4);
        SendBytes(frame);
    }

    public void SendBytes(byte[] bytes)
    {
        Session.HandleMap(World.Now, Utc, _open, bytes);
        Act();
    }

    public void CloseStream() => Tell(new Failed(_open, ControlStep.Map, 0, null, "the connection was closed"));

    public IEnumerable<T> All<T>() where T : ControlAction => Log.Select(entry => entry.Action).OfType<T>();

    /// <summary>What was done, by kind: `FetchKey Dial SendRegister`.</summary>
    public string Steps() => string.Join(' ', Log.Select(entry => entry.Action.GetType().Name).Where(name => name is not (nameof(StoreIdentity) or nameof(Disconnect))));

    public void Dispose() => Session.Dispose();

    private void Tell(ControlEvent happened)
    {
        Session.Handle(World.Now, happened);
        Act();
    }

    private void Act()
    {
        _actions.Clear();
        Session.Poll(World.Now, _actions);
        foreach (var action in _actions.ToArray())
            Act(action);
        var wake = ++_wake;
        if (Session.NextDeadline != Timestamp.Never)
        {
            World.At(Session.NextDeadline, () =>
            {
                if (wake == _wake)
                    Act();
            });
        }
    }

    private void Act(ControlAction action)
    {
        switch (action)
        {
            case ShowStatus show:
                Statuses.Add((World.Now, show.Status));
                return;
            case PublishNetmap publish:
                Maps.Add((World.Now, publish.Map, publish.IsCached));
                return;
            default:
                Log.Add((World.Now, action));
                World.After(s_trip, () => Answer(action));
                return;
        }
    }

    private void Answer(ControlAction action)
    {
        if (IsDown) return;
        if (Refuse(action) is { } refusal)
        {
            Tell(refusal);
            return;
        }
        switch (action)
        {
            case FetchKey:
                Tell(new KeyFetched(action.Attempt, ServerKey));
                break;
            case Dial dial when dial.ServerKey != ServerKey:
                Tell(new Failed(action.Attempt, ControlStep.Noise, 0, null, "the handshake is not genuine"));
                break;
            case Dial:
                Tell(new Upgraded(action.Attempt));
                break;
            case SendRegister register:
                var response = Register(register.Request);
                if (response is { Error: "", AuthUrl: "", IsNodeKeyExpired: false })
                    _registered.Add(register.Request.NodeKey);
                Tell(new Registered(action.Attempt, response));
                break;
            case OpenMap open when !_registered.Contains(open.Request.NodeKey):
                Tell(new Failed(action.Attempt, ControlStep.Map, 404, null, "node not found"));
                break;
            case OpenMap open:
                _open = action.Attempt;
                Send(FirstMessage(open.Request.NodeKey));
                SignOfLife(action.Attempt);
                break;
            case SendUpdate:
                Tell(new Updated(action.Attempt));
                break;
            default:
                break;
        }
    }

    private void SignOfLife(int attempt) => World.After(TimeSpan.FromSeconds(55), () =>
    {
        if (attempt != _open) return;
        if (!IsDown && !IsSilent)
            Send("{\"KeepAlive\":true}");
        SignOfLife(attempt);
    });
}
