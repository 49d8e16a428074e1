using Edge.Foundation.Keys;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Session;

internal sealed partial class ControlSession
{
    private const int MostRetired = 2;

    private readonly AnsweredPings _answered = new();

    // Keys that were replaced while somebody may still hold them.
    private readonly Queue<PrivateKey> _retired = new();

    private void TakeFailure(Timestamp now, Failed failed)
    {
        if (failed.Step == ControlStep.Update)
        {
            TakeUpdateFailure(now, failed);
            return;
        }
        if (_phase is Phase.Stopped or Phase.Pausing or Phase.LoggedOut) return;
        // The stream of a node that leaves may end before the answer comes; if there will be none, the request fails too.
        if (_phase == Phase.LoggingOut && failed.Step == ControlStep.Map) return;
        if (failed.Step == ControlStep.Noise && _isServerKeyOld)
        {
            // The key that was kept may be that of a server that is no more: ask, before anything is called a failure.
            Drop();
            (_serverKey, _isServerKeyOld) = (default, false);
            Connect(now);
            return;
        }
        // It has just been told, and may be right the next time, or replaced by then.
        _isServerKeyOld |= failed.Step == ControlStep.Noise;
        // A server that does not know the node (any more) refuses the stream; one that is overloaded or broken says 429 or 5xx.
        if (failed.Step == ControlStep.Map && !_stream.IsFresh && failed.Status is >= 400 and < 500 and not 429)
            _isRegistered = false;
        if (_phase == Phase.LoggingOut)
        {
            EndLogout(failed.Reason);
            return;
        }
        var least = failed.RetryAfter is { } asked ? Shorter(asked, ControlTimes.LongestRetryAfter)
            : failed.Step == ControlStep.Register && failed.Status is >= 400 and < 500 ? ControlTimes.RefusedPause
            : TimeSpan.Zero;
        Fail(now, failed.Step, failed.Reason, least);
    }

    // The stream goes on: what the server does not take now it may take later, and a server without updates never.
    private void TakeUpdateFailure(Timestamp now, Failed failed)
    {
        if (_telling is null) return;
        _telling = null;
        if (failed.Status is 404 or 501)
        {
            _takesNoUpdates = true;
            return;
        }
        var pause = _backoff.Next();
        var asked = failed.RetryAfter is { } after ? Shorter(after, ControlTimes.LongestRetryAfter) : TimeSpan.Zero;
        _tellAt = now + (asked > pause ? asked : pause);
    }

    private void TakeDeadline(Timestamp now)
    {
        switch (_phase)
        {
            case Phase.Pausing:
                Connect(now);
                break;
            case Phase.FetchingKey:
                Fail(now, ControlStep.FetchKey, "no answer in time", TimeSpan.Zero);
                break;
            case Phase.Dialling:
                Fail(now, ControlStep.Dial, "no connection in time", TimeSpan.Zero);
                break;
            case Phase.Registering:
                Fail(now, ControlStep.Register, "no answer in time", TimeSpan.Zero);
                break;
            case Phase.Following:
                // The URL may be void by now.
                _loginUrl = "";
                Fail(now, ControlStep.Register, "nobody opened the URL in time", TimeSpan.Zero);
                break;
            case Phase.Mapping:
                Fail(now, ControlStep.Map, "no sign of life from the control server for 120 seconds", TimeSpan.Zero);
                break;
            default:
                _deadline = Timestamp.Never;
                break;
        }
    }

    private void Fail(Timestamp now, ControlStep step, string reason, TimeSpan least)
    {
        Drop();
        var pause = _backoff.Next();
        (_failedStep, _reason) = (step, reason.Length > MostReasonLength ? reason[..MostReasonLength] : reason);
        (_phase, _deadline) = (Phase.Pausing, now + (least > pause ? least : pause));
        Show();
    }

    /// <summary>Leaves the connection: nothing that comes of it counts any more.</summary>
    private void Drop()
    {
        if (_phase is not (Phase.Stopped or Phase.Pausing or Phase.LoggedOut))
            _outbox.Add(new Disconnect(_attempt));
        _attempt++;
        (_telling, _tellAt) = (null, Timestamp.Never);
        // The server forgets endpoints with the connection; they are told again.
        _told = null;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
