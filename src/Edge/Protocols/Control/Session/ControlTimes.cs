using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>
/// How long a session waits (tailscale v1.96.5: controlclient/direct.go for the watchdog, logtail/backoff for the longest pause).
/// </summary>
internal static class ControlTimes
{
    /// <summary>From one message of the map stream to the next. Servers send a sign of life each minute.</summary>
    public static TimeSpan Watchdog => TimeSpan.FromSeconds(120);

    /// <summary>For the server's key. Those who fetch it have shorter limits for its parts.</summary>
    public static TimeSpan FetchKey => TimeSpan.FromSeconds(30);

    /// <summary>To an open channel: as long as the plan goes on, and 5 s for the handshake; 10 to 60 s (control/ts2021/client.go, dial).</summary>
    public static TimeSpan Dial(ValueList<ControlCandidate> plan)
    {
        var longest = TimeSpan.FromSeconds(5);
        foreach (var candidate in plan)
        {
            if (candidate.Delay + candidate.Limit > longest)
                longest = candidate.Delay + candidate.Limit;
        }
        longest += TimeSpan.FromSeconds(5);
        return longest > ControlCandidate.Longest ? ControlCandidate.Longest : longest;
    }

    /// <summary>For the answer to a registration or an update. Headscale answers on a tick, under load after several.</summary>
    public static TimeSpan Answer => TimeSpan.FromSeconds(60);

    /// <summary>For a person to open a URL; then it is asked for anew.</summary>
    public static TimeSpan Followup => TimeSpan.FromHours(1);

    public static TimeSpan FirstPause => TimeSpan.FromMilliseconds(500);

    public static TimeSpan LongestPause => TimeSpan.FromSeconds(30);

    /// <summary>After the server said that it will not have this node: asking again at once changes nothing.</summary>
    public static TimeSpan RefusedPause => TimeSpan.FromSeconds(30);

    /// <summary>The longest that a server can put us off for.</summary>
    public static TimeSpan LongestRetryAfter => TimeSpan.FromHours(1);
}
