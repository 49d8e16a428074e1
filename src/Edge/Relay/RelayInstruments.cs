using System.Diagnostics.Metrics;
using Edge.Protocols.Derp;
using TagValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Edge.Relay;

/// <summary>The relay's figures under derper's names (tailscale 1.96.5), so that dashboards for the one show the other.</summary>
internal static class RelayInstruments
{
    private static readonly string[] s_reasons = ["unknown_dest", "unknown_dest_on_fwd", "gone_disconnected", "queue_head", "queue_tail", "write_error", "dup_client"];

    public static void Create(Meter meter, RelayHub hub, StunSocket? stun)
    {
        var counters = hub.Counters;
        Counter("derp_accepts", () => counters.Accepts, "Connections that were upgraded to DERP.");
        Counter("derp_packets_received", () => counters.PacketsReceived, "Packets that clients sent.");
        Counter("derp_bytes_received", () => counters.BytesReceived, "Their bytes.");
        Counter("derp_packets_sent", () => counters.PacketsSent, "Packets that were written to clients.");
        Counter("derp_bytes_sent", () => counters.BytesSent, "Their bytes.");
        Counter("derp_packets_forwarded_out", () => counters.ForwardedOut, "Packets for clients of other relays of the mesh.");
        Counter("derp_packets_forwarded_in", () => counters.ForwardedIn, "Packets that other relays of the mesh forwarded.");
        Counter("derp_peer_gone_disconnected_frames", () => counters.GoneDisconnected, "Times that a client was told that another has left.");
        Counter("derp_peer_gone_not_here_frames", () => counters.GoneNotHere, "Times that a client was told that another is not here.");
        Counter("derp_got_ping", () => counters.GotPing, "Pings of clients.");
        Counter("derp_sent_pong", () => counters.SentPong, "Answers to them.");
        Counter("derp_unknown_frames", () => counters.UnknownFrames, "Frames of types that the relay does not know.");
        Counter("derp_home_moves_in", () => counters.HomeMovesIn, "Connected clients that made this relay their home.");
        Counter("derp_home_moves_out", () => counters.HomeMovesOut, "Connected clients that made another relay their home.");
        Counter("derp_total_dup_client_conns", () => counters.DuplicateConnectionsTotal, "Connections whose key was connected already.");
        Counter("derp_sclient_write_timeouts", () => counters.WriteTimeouts, "Clients that were closed because they did not read.");
        Counter("derp_rate_limit_per_client_waited", () => counters.RateLimited, "Times that a client had to wait because it, or all together, sent too much.");
        Counter("derp_clients_refused", () => counters.Refused, "Clients that were not admitted.");
        Gauge("derp_current_connections", () => counters.Connections, "Connections of clients.");
        Gauge("derp_current_home_connections", () => counters.HomeConnections, "Those whose home this relay is.");
        Gauge("derp_current_notideal_connections", () => counters.NotIdealConnections, "Those that would rather be at another relay of the region.");
        Gauge("derp_current_dup_client_keys", () => counters.DuplicateKeys, "Keys with more than one connection.");
        Gauge("derp_current_dup_client_conns", () => counters.DuplicateConnections, "Their connections.");
        Gauge("derp_clients_total", () => hub.Clients is var (local, remote, _) ? local + remote : 0, "Different clients in the mesh.");
        Gauge("derp_clients_local", () => hub.Clients.Local, "Those that are here.");
        Gauge("derp_clients_remote", () => hub.Clients.Remote, "Those that are at other relays only.");
        Gauge("derp_watchers", () => hub.Clients.Watchers, "Mesh peers that watch this relay's clients.");
        meter.CreateObservableCounter("derp_packets_received_kind", () => ByKind(counters), description: "Packets that clients sent, by kind.");
        meter.CreateObservableCounter("derp_packets_dropped", () => Dropped(counters.PacketsDropped), description: "Packets that were dropped, by reason and kind.");
        meter.CreateObservableCounter("derp_bytes_dropped", () => Dropped(counters.BytesDropped), description: "Their bytes.");
        if (stun is not null)
            meter.CreateObservableCounter("stun_requests", () => ByDisposition(stun), description: "STUN requests, by what became of them.");

        void Counter(string name, Func<long> value, string help) => meter.CreateObservableCounter(name, value, description: help);
        void Gauge(string name, Func<long> value, string help) => meter.CreateObservableGauge(name, value, description: help);
    }

    private static Measurement<long>[] ByKind(RelayCounters counters) =>
    [
        new(counters.DiscoReceived, new TagValue("kind", "disco")),
        new(counters.PacketsReceived - counters.DiscoReceived, new TagValue("kind", "other")),
    ];

    private static Measurement<long>[] ByDisposition(StunSocket stun) =>
    [
        new(stun.Answered, new TagValue("disposition", "success")),
        new(stun.Dropped, new TagValue("disposition", "not_stun")),
    ];

    private static Measurement<long>[] Dropped(Func<RelayDropReason, bool, long> count)
    {
        var values = new Measurement<long>[2 * RelayCounters.Reasons];
        for (var reason = 0; reason < RelayCounters.Reasons; reason++)
        {
            foreach (var isDisco in (ReadOnlySpan<bool>)[true, false])
            {
                values[(2 * reason) + (isDisco ? 0 : 1)] = new(
                    count((RelayDropReason)reason, isDisco), new TagValue("kind", isDisco ? "disco" : "other"), new TagValue("reason", s_reasons[reason]));
            }
        }
        return values;
    }
}
