using System.Diagnostics.Metrics;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;
using Edge.Node.Tailnet;

namespace Edge.Orb;

/// <summary>
/// What `tailscale metrics` tells of a node, under its names (wgengine/magicsock, util/usermetric, ipn/ipnlocal and health of 1.96.5), for dashboards that
/// exist; the label `network` is ours.
/// </summary>
internal static class TailnetInstruments
{
    public static void Create(Meter meter, NetworkSet networks)
    {
        List<TailnetNetwork> tailnets = [.. networks.Nodes.OfType<TailnetNetwork>()];
        meter.CreateObservableCounter("tailscaled_inbound_packets_total", () => In(tailnets, static path => path.Packets), description: "Counts the number of packets received from other peers");
        meter.CreateObservableCounter("tailscaled_inbound_bytes_total", () => In(tailnets, static path => path.Bytes), description: "Counts the number of bytes received from other peers");
        meter.CreateObservableCounter("tailscaled_outbound_packets_total", () => Out(tailnets, static path => path.Packets), description: "Counts the number of packets sent to other peers");
        meter.CreateObservableCounter("tailscaled_outbound_bytes_total", () => Out(tailnets, static path => path.Bytes), description: "Counts the number of bytes sent to other peers");
        meter.CreateObservableCounter(
            "tailscaled_inbound_dropped_packets_total", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.Figures.Filtered, "reason", "acl")),
            description: "Counts the number of dropped packets received by the node from other peers");
        meter.CreateObservableCounter(
            "tailscaled_outbound_dropped_packets_total", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.Figures.Unsent, "reason", "error")),
            description: "Counts the number of packets dropped while being sent to other peers");
        meter.CreateObservableGauge(
            "tailscaled_home_derp_region_id", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.HomeRegion)), description: "DERP region ID of this node's home relay server");
        meter.CreateObservableGauge(
            "tailscaled_health_messages", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.HealthCount, "type", "warning")), description: "Number of health messages broken down by type.");
        meter.CreateObservableGauge(
            "tailscaled_advertised_routes", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.AdvertisedRoutes)), description: "Number of advertised network routes (e.g. by a subnet router)");
        meter.CreateObservableGauge(
            "tailscaled_approved_routes", () => tailnets.Select(static tailnet => Of(tailnet, tailnet.Map is { } map ? Approved(map.Self) : 0)), description: "Number of approved network routes (e.g. by a subnet router)");
    }

    private static IEnumerable<Measurement<long>> In(List<TailnetNetwork> tailnets, Func<PathFigures, long> figure)
    {
        foreach (var tailnet in tailnets)
        {
            var figures = tailnet.Figures;
            yield return Of(tailnet, figure(figures.InRelayed), "path", "derp");
            yield return Of(tailnet, figure(figures.InDirectV4), "path", "direct_ipv4");
            yield return Of(tailnet, figure(figures.InDirectV6), "path", "direct_ipv6");
        }
    }

    private static IEnumerable<Measurement<long>> Out(List<TailnetNetwork> tailnets, Func<PathFigures, long> figure)
    {
        foreach (var tailnet in tailnets)
        {
            var figures = tailnet.Figures;
            yield return Of(tailnet, figure(figures.OutRelayed), "path", "derp");
            yield return Of(tailnet, figure(figures.OutDirectV4), "path", "direct_ipv4");
            yield return Of(tailnet, figure(figures.OutDirectV6), "path", "direct_ipv6");
        }
    }

    /// <summary>Routes other than its own addresses and those of an exit node.</summary>
    private static int Approved(TailnetNode self)
    {
        var count = 0;
        foreach (var prefix in self.AllowedIps)
            count += prefix.Length > 0 && !self.Addresses.Contains(prefix) ? 1 : 0;
        return count;
    }

    private static Measurement<long> Of(TailnetNetwork tailnet, long value) => new(value, new KeyValuePair<string, object?>("network", tailnet.Network.Name));

    private static Measurement<long> Of(TailnetNetwork tailnet, long value, string label, string text) =>
        new(value, new KeyValuePair<string, object?>("network", tailnet.Network.Name), new KeyValuePair<string, object?>(label, text));
}
