using System.Buffers.Binary;
using System.Net;
using Edge.Dataplane;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Http;
using Edge.Node.Networks;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Disco;
using Edge.Protocols.Netstack;

namespace Edge.Node.Tailnet.Pings;

/// <summary>Pings peers: by path discovery, by packets through the tunnel that their client or their host answers, and by a request to their interface for peers.</summary>
/// <param name="map">The netmap in force; null: none yet.</param>
/// <param name="attachment">The data path; null: none yet.</param>
/// <param name="network">Reaches peers.</param>
/// <param name="entropy">For tokens that nobody can guess.</param>
internal sealed class PeerPinger(Func<NetworkMap?> map, Func<TailnetAttachment?> attachment, VirtualNetwork network, EntropySource entropy) : IPeerPinger
{
    private readonly Lock _lock = new();
    private readonly List<(NodeId Node, TaskCompletionSource<PathEvent> Answer)> _waiting = [];
    private readonly Dictionary<ulong, TaskCompletionSource<PingAnswer>> _byToken = [];

    public Task<PingReport> Ping(IpAddress target, PingKind kind, CancellationToken cancellation)
    {
        if (map() is not { } known || attachment() is not { } path)
            return Failed(target, "no network map yet");
        IpAddress? own = null;
        foreach (var prefix in known.Self.Addresses)
        {
            if (prefix.Address == target)
                return Task.FromResult(new PingReport(target) { IsOwn = true, Error = $"{target} is local Tailscale IP" });
            if (prefix.Address.IsV4 == target.IsV4)
                own ??= prefix.Address;
        }
        return kind switch
        {
            PingKind.PeerApi => PingByHttp(known, path, target, cancellation),
            PingKind.Disco => PingByPath(known, path, target, cancellation),
            _ when own is { } from => PingByPacket(path, from, target, kind == PingKind.Tsmp, cancellation),
            _ => Failed(target, $"this node has no {(target.IsV4 ? "IPv4" : "IPv6")} address to ping from"),
        };
    }

    /// <summary>A peer has answered by path discovery; of any thread.</summary>
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

    /// <summary>A packet was answered; on the network's thread.</summary>
    public void Note(PingAnswer pong)
    {
        lock (_lock)
        {
            if (_byToken.TryGetValue(pong.Token, out var answer))
                answer.TrySetResult(pong);
        }
    }

    private async Task<PingReport> PingByPath(NetworkMap known, TailnetAttachment path, IpAddress target, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<PathEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        TailnetNode? peer = null;
        var isSent = false;
        try
        {
            await path.Shard.Ask(_ => peer = PeerOf(path.Engine, target)).WaitAsync(cancellation);
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

    private async Task<PingReport> PingByPacket(TailnetAttachment path, IpAddress from, IpAddress target, bool isTsmp, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<PingAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        TailnetNode? peer = null;
        var isSent = false;
        var token = Token();
        lock (_lock)
            _byToken.Add(token, answer);
        try
        {
            await path.Shard.Ask(now =>
            {
                peer = PeerOf(path.Engine, target);
                isSent = peer is not null && network.Stack.Ping(now, from, target, token, isTsmp);
            }).WaitAsync(cancellation);
            if (peer is null)
                return await Failed(target, "no matching peer");
            if (!isSent)
                return Of(target, peer) with { Error = $"{IpStack.MaxPings} pings are under way already" };
            var pong = await answer.Task.WaitAsync(cancellation);
            return Of(target, peer) with { RoundTrip = pong.RoundTrip, PeerApiPort = pong.PeerApiPort };
        }
        catch (TimeoutException)
        {
            return await Failed(target, "the data path does not answer");
        }
        finally
        {
            lock (_lock)
                _byToken.Remove(token);
            path.Shard.Post(_ => network.Stack.ForgetPing(token));
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

    /// <summary>On the network's thread: who routes the address answers for it.</summary>
    private static TailnetNode? PeerOf(Engine engine, IpAddress target) => engine.Routes.Find(target) is { IsNone: false } id ? engine.Tailnet!.Peers.NodeOf(id) : null;

    private ulong Token()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        entropy.Fill(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private static PingReport Of(IpAddress target, TailnetNode peer) =>
        new(target) { NodeName = NameOf(peer), NodeAddress = peer.Addresses.Count > 0 ? peer.Addresses[0].Address : null };

    /// <summary>The name's first label, as the stock client tells it (magicsock.go, Ping).</summary>
    private static string NameOf(TailnetNode peer) => peer.Name.IndexOf('.') is var dot and > 0 ? peer.Name[..dot] : peer.Name.Length > 0 ? peer.Name : peer.Host.Hostname;

    private static Task<PingReport> Failed(IpAddress target, string error) => Task.FromResult(new PingReport(target) { Error = error });

    private sealed class Way(VirtualNetwork network, Endpoint remote) : IDialler
    {
        public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation) => new TunnelStream(await network.Dial(remote, cancellation));
    }
}
