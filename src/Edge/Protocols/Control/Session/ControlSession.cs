using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>
/// This node's standing with a control server, as a core: it decides what to ask the server and when, and makes netmaps of what comes.
/// <para>
/// The way to the map: the server's key (unless known), the connection, a registration (unless the server knows the node), the stream. A failure
/// anywhere closes the connection and begins again after a pause; the last netmap goes on being good. The stream is read-only: what changes here
/// is told by updates beside it, one at a time.
/// </para>
/// <para>
/// Verbs. <see cref="Handle"/> and <see cref="HandleMap"/> take what happened, <see cref="Poll"/> gives what is to be done, and is to be called
/// after them and when <see cref="NextDeadline"/> has come. Two clocks are arguments: the monotonic one for pauses, the calendar for keys' ends.
/// Entropy is drawn for node keys and for pauses. One thread at a time.
/// </para>
/// </summary>
internal sealed partial class ControlSession : IDisposable
{
    private const int MostReasonLength = 200;

    private readonly ControlOptions _options;
    private readonly EntropySource _entropy;
    private readonly Backoff _backoff;
    private readonly List<ControlAction> _outbox = [];
    private readonly MapStream _stream;

    private Phase _phase = Phase.Stopped;
    private int _attempt;
    private Timestamp _deadline = Timestamp.Never;
    private ControlStatus _status = ControlStatus.Stopped;
    private ControlStep? _failedStep;
    private string _reason = "";

    // Whether the server's key was not asked for just now, so that a handshake that fails may be the key's fault.
    private bool _isServerKeyOld;
    private KeyOf<MachineKind> _serverKey;
    private PrivateKey _nodeKey;
    private KeyOf<NodeKind> _oldNodeKey;
    private bool _isRegistered;
    private bool _isRotated;
    private string _loginUrl = "";
    private Timestamp _expiry = Timestamp.Never;

    private NodeReport _report;
    private NodeReport? _told;
    private NodeReport? _telling;
    private Timestamp _tellAt = Timestamp.Never;
    private bool _takesNoUpdates;
    private bool _isReportAwaited;

    private Timestamp _logoutEnd = Timestamp.Never;
    private bool _isLogoutWanted;

    /// <param name="options">What it begins with. It takes the node key over.</param>
    /// <param name="entropy">Kept; see above for what is drawn.</param>
    public ControlSession(ControlOptions options, EntropySource entropy)
    {
        _options = options;
        _entropy = entropy;
        _backoff = new(entropy);
        _stream = new(options.Limits);
        _serverKey = options.ServerKey;
        _isServerKeyOld = !options.ServerKey.Key.IsZero;
        _nodeKey = options.NodeKey ?? NewKey();
        _isRegistered = options.IsRegistered && options.NodeKey is not null;
        _report = new(options.Host, options.DiscoKey, options.Endpoints);
        _isReportAwaited = options.WaitsForReport;
    }

    /// <summary>What the session waits for the connection or the server to do.</summary>
    private enum Phase
    {
        Stopped,
        Pausing,
        FetchingKey,
        Dialling,
        Registering,
        Following,
        Mapping,
        LoggingOut,
        LoggedOut,
    }

    /// <summary>When <see cref="Poll"/> is to be called at the latest.</summary>
    public Timestamp NextDeadline => Timestamp.Min(Timestamp.Min(_deadline, _logoutEnd), Timestamp.Min(_expiry, _tellAt));

    public ControlStatus Status => _status;

    /// <summary>The last netmap; null: none yet.</summary>
    public NetworkMap? Map => _stream.Map;

    /// <summary>Public half of the node's present key.</summary>
    public KeyOf<NodeKind> NodeKey => new(_nodeKey.PublicKey);

    /// <summary>Begins. A cached netmap is published at once.</summary>
    public void Start(Timestamp now)
    {
        if (_phase != Phase.Stopped) return;
        if (_options.CachedMap is { } cached)
        {
            _stream.Restore(cached);
            _outbox.Add(new PublishNetmap(cached, IsCached: true));
        }
        if (_options.NodeKey is null)
            Store();
        Connect(now);
    }

    /// <summary>Takes what became of an action.</summary>
    public void Handle(Timestamp now, ControlEvent happened)
    {
        if (happened.Attempt != _attempt) return;
        switch (happened)
        {
            case KeyFetched fetched when _phase == Phase.FetchingKey:
                TakeKey(now, fetched.ServerKey);
                break;
            case Upgraded when _phase == Phase.Dialling:
                // A server can be given another one at any time.
                _isServerKeyOld = true;
                Enter(now);
                break;
            case Registered registered when _phase is Phase.Registering or Phase.Following:
                TakeRegistration(now, registered.Response);
                break;
            case Registered when _phase == Phase.LoggingOut:
                EndLogout("");
                break;
            case Updated when _telling is not null:
                (_told, _telling) = (_telling, null);
                Tell(now);
                break;
            case Failed failed:
                TakeFailure(now, failed);
                break;
            default:
                // An answer to what is no longer asked.
                break;
        }
    }

    /// <summary>Takes bytes of the map stream, as they arrive.</summary>
    /// <param name="now">Not before the last one.</param>
    /// <param name="utc">The calendar's time.</param>
    /// <param name="attempt">Of the action that opened the stream.</param>
    /// <param name="received">Any piece of it.</param>
    public void HandleMap(Timestamp now, UtcTime utc, int attempt, ReadOnlySpan<byte> received)
    {
        if (attempt != _attempt || _phase != Phase.Mapping) return;
        _stream.Append(received);
        while (_phase == Phase.Mapping && _stream.TryRead(out var message, out var fault))
        {
            if (message is null)
            {
                Fail(now, ControlStep.Map, fault!, ControlTimes.FirstPause);
                return;
            }
            TakeMessage(now, utc, message);
        }
    }

    /// <summary>What this node tells about itself is another from now on.</summary>
    public void SetReport(Timestamp now, HostInfo host, ValueList<OwnEndpoint> endpoints)
    {
        _report = _report with { Host = host, Endpoints = endpoints };
        _isReportAwaited = false;
        Tell(now);
    }

    /// <summary>Takes the node out of the network: at once where there is a connection, else as soon as there is one, but not later than <paramref name="limit"/> from now.</summary>
    public void Logout(Timestamp now, TimeSpan limit)
    {
        if (_phase is Phase.Stopped or Phase.LoggingOut or Phase.LoggedOut) return;
        (_isLogoutWanted, _logoutEnd) = (true, now + limit);
        if (!_isRegistered)
            EndLogout("");
        else if (_phase == Phase.Mapping)
            SendLogout();
        else if (_phase == Phase.Pausing)
            Connect(now);
        Show();
    }

    /// <summary>Ends without a word to the server: the node stays in the network.</summary>
    public void Stop()
    {
        Drop();
        (_phase, _deadline, _expiry, _tellAt, _logoutEnd) = (Phase.Stopped, Timestamp.Never, Timestamp.Never, Timestamp.Never, Timestamp.Never);
        Show();
    }

    /// <summary>Gives what is to be done, in order, and does what is due.</summary>
    /// <param name="now">Not before the last one.</param>
    /// <param name="actions">Appended to.</param>
    public void Poll(Timestamp now, List<ControlAction> actions)
    {
        if (_logoutEnd <= now)
            EndLogout("the server did not answer in time");
        if (_deadline <= now)
            TakeDeadline(now);
        if (_expiry <= now)
            RenewKey(now);
        if (_tellAt <= now)
        {
            _tellAt = Timestamp.Never;
            Tell(now);
        }
        actions.AddRange(_outbox);
        _outbox.Clear();
    }

    /// <summary>Zeroes the node key.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _nodeKey.Dispose();
        foreach (var key in _retired)
            key.Dispose();
    }

    private PrivateKey NewKey()
    {
        Span<byte> bytes = stackalloc byte[PrivateKey.Size];
        _entropy.Fill(bytes);
        var key = new PrivateKey(bytes);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private void Store() => _outbox.Add(new StoreIdentity(_nodeKey, _isRegistered, _serverKey));

    private void Show()
    {
        var status = new ControlStatus(State(), _loginUrl, _failedStep, _reason, _phase == Phase.Pausing ? _deadline : Timestamp.Never);
        if (status == _status) return;
        _status = status;
        _outbox.Add(new ShowStatus(status));
    }

    private ControlState State() => _phase switch
    {
        Phase.Stopped => ControlState.Stopped,
        Phase.LoggedOut => ControlState.LoggedOut,
        _ when _isLogoutWanted => ControlState.LoggingOut,
        Phase.Pausing => ControlState.Waiting,
        Phase.Following => ControlState.NeedsLogin,
        Phase.Mapping when _stream.IsFresh && !_stream.Map!.Self.IsMachineAuthorized => ControlState.NeedsApproval,
        Phase.Mapping when _stream.IsFresh => ControlState.Running,
        _ => ControlState.Connecting,
    };
}
