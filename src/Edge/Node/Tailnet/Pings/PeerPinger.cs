using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Http;
using Edge.Node.Networks;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Disco;

namespace Edge.Node.Tailnet.Pings;

/// <summary>Pings peers by path discovery, and by a request to their interface for peers. The other two kinds this node does not send.</summary>
/// <param name="map">The netmap in force; null: none yet.</param>
/// <param name="attachment">The data path; null: none yet.</param>
/// <param name="network">Reaches peers.</param>
internal sealed class PeerPinger(Func<NetworkMap?> map, Func<TailnetAttachment?> attachment, VirtualNetwork network) : IPeerPinger
{
    private readonly Lock _lock = new();
    private readonly List<(NodeId Node, TaskCompletionSource<PathEvent> Answer)> _waiting = [];

    public Task<PingReport> Ping(IpAddress target, PingKind kind, CancellationToken cancellation)
    {
        if (map() is not { } known || attachment() is not { } path)
            return Failed(target, "no network map yet");
        foreach (var own in known.Self.Addresses)
        {
            if (own.Address == target)
                return Task.FromResult(new PingReport(target) { IsOwn = true, Error = $"{target} is local Tailscale IP" });
        }
        return kind switch
        {
            PingKind.PeerApi => PingByHttp(known, path, target, cancellation),
            PingKind.Disco => PingByPath(known, path, target, cancellation),
            _ => Failed(target, $"this node sends no {kind.Name()} pings"),
        };
    }

    /// <summary>A peer has answered; of any thread.</summary>
    public void Note(in PathNews news)
    {
        if (news.Event.Kind != PathEventKind.Pong)
            return;
        lock (_lock)
        {
            foreach (var (node, answer) in _waiting)
            {
                if (node == news.Node.Id)
                    answer.TrySetResult(news.Event);
            }
        }
    }

    private async Task<PingReport> PingByPath(NetworkMap known, TailnetAttachment path, IpAddress target, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<PathEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        TailnetNode? peer = null;
        var isSent = false;
        try
        {
            // Who routes the address answers for it.
            await path.Shard.Ask(_ => peer = path.Engine.Routes.Find(target) is { IsNone: false } id ? path.Engine.Tailnet!.Peers.NodeOf(id) : null).WaitAsync(cancellation);
            if (peer is null)
                return await Failed(target, "no matching peer");
            lock (_lock)
                _waiting.Add((peer.Id, answer));
            await path.Shard.Ask(now => isSent = path.Engine.Tailnet!.Paths.Ping(now, path.Engine.Tailnet.Peers.Find(peer.Id))).WaitAsync(cancellation);
            if (!isSent)
                return Of(target, peer) with { Error = "the peer does not speak DISCO" };
            var pong = await answer.Task.WaitAsync(cancellation);
            return Of(target, peer) with
            {
                RoundTrip = pong.Latency,
                Endpoint = pong.Region == 0 ? pong.Remote : null,
                Region = pong.Region,
                RegionCode = known.Relays.Find(pong.Region)?.Code ?? "",
            };
        }
        catch (TimeoutException)
        {
            return await Failed(target, "the data path does not answer");
        }
        finally
        {
            lock (_lock)
                _waiting.RemoveAll(waiting => waiting.Answer == answer);
        }
    }

    private async Task<PingReport> PingByHttp(NetworkMap known, TailnetAttachment path, IpAddress target, CancellationToken cancellation)
    {
        if (known.FindPeer(target) is not { } peer)
            return await Failed(target, $"no peer found with Tailscale IP {target}");
        var port = 0;
        foreach (var service in peer.Host.Services)
        {
            if (service.Protocol == (target.IsV4 ? "peerapi4" : "peerapi6"))
                port = service.Port;
        }
        if (port == 0)
            return Of(target, peer) with { Error = $"no PeerAPI base found for peer {peer.Name}" };
        try
        {
            // The netmap that names the peer is in force behind this.
            await path.Shard.Ask(static _ => { }).WaitAsync(cancellation);
            var began = MonotonicClock.Now;
            var url = new UriBuilder(Uri.UriSchemeHttp, target.ToString(), port).Uri;
            var answer = await new HttpAsker(new Way(network, new Endpoint(target, (ushort)port)), new(() => [])).Ask(new HttpQuestion(HttpMethod.Head, url), cancellation);
            var report = Of(target, peer) with { RoundTrip = MonotonicClock.Now - began, PeerApiPort = (ushort)port };
            return answer.Status == HttpStatusCode.OK ? report : report with { Error = $"HTTP status {(int)answer.Status}" };
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            return Of(target, peer) with { Error = failure.Message };
        }
    }

    private static PingReport Of(IpAddress target, TailnetNode peer) =>
        new(target) { NodeName = peer.Name.TrimEnd('.'), NodeAddress = peer.Addresses.Count > 0 ? peer.Addresses[0].Address : null };

    private static Task<PingReport> Failed(IpAddress target, string error) => Task.FromResult(new PingReport(target) { Error = error });

    private sealed class Way(VirtualNetwork network, Endpoint remote) : IDialler
    {
        public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation) => new TunnelStream(await network.Dial(remote, cancellation));
    }
}
