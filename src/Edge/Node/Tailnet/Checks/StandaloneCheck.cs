using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Protocols.Stun;

namespace Edge.Node.Tailnet.Checks;

/// <summary>A check from sockets of its own, for a machine on which no node runs.</summary>
/// <param name="resolver">For relays whose addresses the map does not tell.</param>
/// <param name="time">The calendar.</param>
/// <param name="entropy">For transactions.</param>
internal sealed class StandaloneCheck(IResolver resolver, TimeProvider time, EntropySource entropy)
{
    // More than STUN servers answer at once.
    private const int MostWaiting = 256;

    public async Task<CheckedNetwork> Run(DerpMap map, CancellationToken cancellation)
    {
        var local = Whereabouts.Look([]);
        using var v4 = Open(AddressFamily.InterNetwork);
        using var v6 = Open(AddressFamily.InterNetworkV6);
        var probes = new RegionProbes(resolver, time, new HostConnector());
        var targets = await probes.Targets(map, v4 is not null, v6 is not null, local, cancellation);
        var report = targets.Length > 0 ? await Ask(targets, v4, v6, cancellation) : NetReport.Empty;
        if (!report.HasUdp)
            report = report with { Regions = await probes.DialAll(map, cancellation) };
        var nearest = new HomeRelay().Choose(report with { At = MonotonicClock.Now }, map, heardAt: null);
        return new CheckedNetwork(time.GetUtcNow(), report, map, nearest, v6 is not null, local);
    }

    private async Task<NetReport> Ask(StunTarget[] targets, Socket? v4, Socket? v6, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        Task[] hearing = [Hear(v4, answers.Writer, end.Token), Hear(v6, answers.Writer, end.Token)];
        var check = new NetCheck(entropy);
        var request = new byte[NetCheck.PollBufferSize];
        check.Begin(MonotonicClock.Now, targets);
        while (true)
        {
            while (check.Poll(MonotonicClock.Now, request, out var server) is > 0 and var length)
                Send(server.Address.IsV4 ? v4 : v6, request.AsSpan(0, length), server);
            if (!check.IsRunning)
                break;
            if (await Next(answers.Reader, check.NextDeadline, cancellation) is { } answer)
                check.Handle(answer.At, answer.Datagram, answer.Source);
        }
        await end.CancelAsync();
        await Task.WhenAll(hearing);
        return check.Report;
    }

    /// <summary>What comes first, an answer or the time; null: the time.</summary>
    private static async Task<Answer?> Next(ChannelReader<Answer> answers, Timestamp deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline > MonotonicClock.Now ? deadline - MonotonicClock.Now : TimeSpan.Zero);
        try
        {
            return await answers.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task Hear(Socket? socket, ChannelWriter<Answer> answers, CancellationToken cancellation)
    {
        var buffer = new byte[2048];
        while (socket is not null && !cancellation.IsCancellationRequested)
        {
            try
            {
                var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                var received = await socket.ReceiveFromAsync(buffer, any, cancellation);
                var source = (IPEndPoint)received.RemoteEndPoint;
                answers.TryWrite(new Answer(MonotonicClock.Now, buffer.AsSpan(0, received.ReceivedBytes).ToArray(), new Endpoint(IpAddress.Of(source.Address), (ushort)source.Port)));
            }
            catch (SocketException)
            {
                // A router says that a server is not there: others may be.
            }
            catch (OperationCanceledException)
            {
                // The check is over.
            }
        }
    }

    private static void Send(Socket? socket, ReadOnlySpan<byte> request, Endpoint server)
    {
        try
        {
            socket?.SendTo(request, new IPEndPoint(server.Address.ToIPAddress(), server.Port));
        }
        catch (SocketException)
        {
            // There is no way there: as a server that does not answer.
        }
    }

    private static Socket? Open(AddressFamily family)
    {
        try
        {
            var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
            return socket;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private sealed record Answer(Timestamp At, byte[] Datagram, Endpoint Source);
}
