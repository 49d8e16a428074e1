using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

internal sealed partial class ControlSession
{
    // tailscale v1.96.5, controlclient/direct.go, TryLogout: a time that is long over means "log out".
    private static UtcTime LogoutExpiry => UtcTime.OfUnixSeconds(123);

    private void Connect(Timestamp now)
    {
        _attempt++;
        (_isRotated, _takesNoUpdates) = (false, false);
        if (_serverKey.Key.IsZero)
            Await(Phase.FetchingKey, now + ControlTimes.FetchKey, new FetchKey(_attempt));
        else
            Await(Phase.Dialling, now + ControlTimes.Dial, new Dial(_attempt, _serverKey));
    }

    private void TakeKey(Timestamp now, KeyOf<MachineKind> key)
    {
        if (key.Key.IsZero)
        {
            Fail(now, ControlStep.FetchKey, "the control server is too old: it has no Noise key", ControlTimes.RefusedPause);
            return;
        }
        _isServerKeyOld = false;
        if (_serverKey != key)
        {
            _serverKey = key;
            Store();
        }
        Await(Phase.Dialling, now + ControlTimes.Dial, new Dial(_attempt, _serverKey));
    }

    private void Enter(Timestamp now)
    {
        if (_isLogoutWanted)
            SendLogout();
        else if (_isRegistered)
            OpenStream(now);
        else
            Register(now, followup: _loginUrl);
    }

    private void Register(Timestamp now, string followup)
    {
        var isFollowing = followup.Length > 0;
        Await(isFollowing ? Phase.Following : Phase.Registering, now + (isFollowing ? ControlTimes.Followup : ControlTimes.Answer), new SendRegister(_attempt, new RegisterRequest
        {
            NodeKey = NodeKey,
            OldNodeKey = _oldNodeKey,
            AuthKey = isFollowing ? null : _options.AuthKey,
            Followup = followup,
            Host = _report.Host,
            IsEphemeral = _options.IsEphemeral,
        }));
    }

    private void TakeRegistration(Timestamp now, RegisterResponse response)
    {
        if (response.Error.Length > 0)
        {
            _loginUrl = "";
            Fail(now, ControlStep.Register, response.Error, ControlTimes.RefusedPause);
        }
        else if (response.IsNodeKeyExpired)
        {
            // The server knows the key and will not have it any more. Once for each connection: it may never be content.
            if (_isRotated)
            {
                Fail(now, ControlStep.Register, "the control server takes a new node key for one that has ended", ControlTimes.RefusedPause);
                return;
            }
            Rotate();
            Register(now, followup: "");
        }
        else if (response.AuthUrl.Length > 0)
        {
            _loginUrl = response.AuthUrl;
            Register(now, _loginUrl);
        }
        else
        {
            (_isRegistered, _oldNodeKey, _loginUrl) = (true, default, "");
            // The registration told the host, but neither the disco key nor endpoints.
            _told = null;
            Store();
            if (_isLogoutWanted)
                SendLogout();
            else
                OpenStream(now);
        }
    }

    private void OpenStream(Timestamp now)
    {
        _stream.Begin();
        Await(Phase.Mapping, now + ControlTimes.Watchdog, new OpenMap(_attempt, Request(isStream: true)));
        Tell(now);
    }

    private void TakeMessage(Timestamp now, UtcTime utc, MapResponse message)
    {
        _deadline = now + ControlTimes.Watchdog;
        if (message.Ping is { Url.Length: > 0 } ping && _answered.Add(ping.Url))
            _outbox.Add(new AnswerPing(_attempt, ping));
        if (message.IsKeepAlive) return;
        if (message.BrowseUrl.Length > 0)
            _outbox.Add(new ShowPage(message.BrowseUrl));
        if (!_stream.Apply(message, utc))
        {
            Fail(now, ControlStep.Map, "the first message of the map does not say who this node is", ControlTimes.RefusedPause);
            return;
        }
        var map = _stream.Map!;
        _backoff.Reset();
        (_failedStep, _reason) = (null, "");
        _outbox.Add(new PublishNetmap(map, IsCached: false));
        // The server's word, or the calendar's: a key that has ended is of no use to anybody.
        if (map.Self.Key == NodeKey)
        {
            _expiry = map.Self.IsExpiredAt(utc) ? now : map.Self.KeyExpiry.IsZero ? Timestamp.Never : now + (map.Self.KeyExpiry - utc);
            if (_expiry <= now)
            {
                RenewKey(now);
                return;
            }
        }
        Show();
    }

    /// <summary>The node's key has ended: another takes its place, on a connection of its own.</summary>
    private void RenewKey(Timestamp now)
    {
        _expiry = Timestamp.Never;
        if (_phase is Phase.LoggingOut or Phase.LoggedOut or Phase.Stopped || _isLogoutWanted) return;
        (_failedStep, _reason) = (ControlStep.Map, "the node's key has ended");
        Drop();
        Rotate();
        Connect(now);
    }

    private void Rotate()
    {
        _oldNodeKey = NodeKey;
        // Who was given the old one is told of the new one only when the outbox is read.
        _retired.Enqueue(_nodeKey);
        if (_retired.Count > MostRetired)
            _retired.Dequeue().Dispose();
        _nodeKey = NewKey();
        (_isRegistered, _isRotated, _loginUrl, _told) = (false, true, "", null);
        Store();
    }

    private void SendLogout()
    {
        Await(Phase.LoggingOut, Timestamp.Never, new SendRegister(_attempt, new RegisterRequest
        {
            NodeKey = NodeKey,
            Expiry = LogoutExpiry,
            Host = _report.Host,
            IsEphemeral = _options.IsEphemeral,
        }));
    }

    private void EndLogout(string reason)
    {
        Drop();
        (_phase, _deadline, _expiry, _tellAt, _logoutEnd) = (Phase.LoggedOut, Timestamp.Never, Timestamp.Never, Timestamp.Never, Timestamp.Never);
        (_failedStep, _reason) = (reason.Length == 0 ? null : ControlStep.Logout, reason);
        if (_isRegistered)
        {
            _isRegistered = false;
            Store();
        }
        Show();
    }

    /// <summary>Tells the server what it does not know yet, if nothing is being told.</summary>
    private void Tell(Timestamp now)
    {
        if (_phase != Phase.Mapping || _isReportAwaited || _telling is not null || (_tellAt > now && _tellAt != Timestamp.Never) || _takesNoUpdates || _report == _told) return;
        _telling = _report;
        _tellAt = Timestamp.Never;
        _outbox.Add(new SendUpdate(_attempt, Request(isStream: false)));
    }

    private MapRequest Request(bool isStream) => new()
    {
        NodeKey = NodeKey,
        DiscoKey = _report.DiscoKey,
        IsStream = isStream,
        OmitsPeers = !isStream,
        Host = _report.Host,
        Endpoints = _report.Endpoints,
    };

    private void Await(Phase phase, Timestamp deadline, ControlAction action)
    {
        (_phase, _deadline) = (phase, deadline);
        _outbox.Add(action);
        Show();
    }
}
