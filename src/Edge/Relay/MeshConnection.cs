using System.Net.WebSockets;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>This relay at another one of its region: it watches who is there, and forwards to them. It connects again for as long as the relay runs.</summary>
internal sealed class MeshConnection : IDisposable
{
    private const int ReadSize = 16 * 1024;

    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    private readonly RelayHub _hub;
    private readonly DerpNode _node;
    private readonly string _name;
    private readonly DerpDialler _dialler;
    private readonly DerpClientOptions _identity;
    private readonly EntropySource _entropy;
    private readonly ILogger _log;
    private readonly MeshLink _link;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private string? _said;

    /// <param name="hub">Whose link it is.</param>
    /// <param name="node">The other relay.</param>
    /// <param name="dialler">How it is reached.</param>
    /// <param name="identity">This relay's key and the mesh's.</param>
    /// <param name="entropy">For hellos.</param>
    /// <param name="log">Told once when it fails, and once when it works.</param>
    public MeshConnection(RelayHub hub, DerpNode node, DerpDialler dialler, DerpClientOptions identity, EntropySource entropy, ILogger log)
    {
        (_hub, _node, _dialler, _identity, _entropy, _log) = (hub, node, dialler, identity, entropy, log);
        _name = node.ToString();
        _link = hub.AddLink(this);
    }

    /// <summary>In the chain of <see cref="RelayWork"/>.</summary>
    public MeshConnection? NextToForward { get; set; }

    /// <summary>Something waits to be written.</summary>
    public void Wake()
    {
        lock (_wake)
            if (_wake.CurrentCount == 0)
                _wake.Release();
    }

    /// <summary>After <see cref="Run"/>.</summary>
    public void Dispose() => _wake.Dispose();

    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var problem = "";
            try
            {
                await using var stream = await _dialler.Dial(_node, stopping);
                var client = new DerpClient(MonotonicClock.Now, _identity with { Server = stream.Server }, _entropy);
                client.WatchConnections();
                problem = await Serve(client, stream.Stream, stopping);
                if (client.Server == _hub.Key)
                {
                    _log.IsSelf(_name);
                    return;
                }
            }
            catch (DialException failure)
            {
                problem = failure.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (_said != problem && !stopping.IsCancellationRequested)
                _log.NotMeshed(_name, problem, s_retry.TotalSeconds);
            _said = problem;
            await Task.Delay(s_retry, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> Serve(DerpClient client, Stream stream, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var writing = Write(client, stream, ending.Token);
        Wake();
        try
        {
            return await Read(client, stream, stopping);
        }
        finally
        {
            await ending.CancelAsync();
            await writing;
            _hub.Break(_link);
        }
    }

    private async Task<string> Read(DerpClient client, Stream stream, CancellationToken stopping)
    {
        var buffer = new byte[ReadSize];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            while (client.Server != _hub.Key)
            {
                silence.CancelAfter(WaitOf(client));
                var length = await stream.ReadAsync(buffer, silence.Token);
                if (length == 0)
                    return "it closed the connection";
                Receive(client, buffer.AsSpan(0, length));
                if (client.Fault != DerpClientFault.None)
                    break;
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return client.IsWelcome ? "it has said nothing for two minutes" : "it did not take this relay in";
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or WebSocketException or InvalidOperationException)
        {
            return "the connection broke";
        }
        return $"it does not speak DERP as it should ({client.Fault})";
    }

    private TimeSpan WaitOf(DerpClient client)
    {
        lock (_lock)
        {
            var wait = client.NextDeadline - MonotonicClock.Now;
            return wait > TimeSpan.Zero && wait < DerpLimits.Silence ? wait : DerpLimits.Silence;
        }
    }

    private void Receive(DerpClient client, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var (isMessage, kind, peer) = (false, default(DerpMessageKind), default(PublicKey));
            lock (_lock)
            {
                isMessage = client.Handle(MonotonicClock.Now, ref bytes, out var message);
                (kind, peer) = (message.Kind, message.Peer);
            }
            if (!isMessage)
                break;
            switch (kind)
            {
                case DerpMessageKind.ServerInfo:
                    _said = null;
                    _log.Meshed(_name);
                    break;
                // Ourselves, watching there: nothing is sent to a relay.
                case DerpMessageKind.PeerPresent when peer != _hub.Key:
                    _hub.Handle(_link, peer, isPresent: true);
                    break;
                case DerpMessageKind.PeerGone when peer != _hub.Key:
                    _hub.Handle(_link, peer, isPresent: false);
                    break;
            }
        }
        Wake();
    }

    private async Task Write(DerpClient client, Stream stream, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(ending);
                await WriteOwn(client, stream, ending);
                if (!IsGreeted(client))
                    continue;
                for (var bytes = _hub.Forward(_link, hasWritten: false); !bytes.IsEmpty; bytes = _hub.Forward(_link, hasWritten: true))
                    await stream.WriteAsync(bytes, ending);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or WebSocketException or InvalidOperationException)
        {
            // The reader finds the same, and says it.
        }
    }

    private async Task WriteOwn(DerpClient client, Stream stream, CancellationToken ending)
    {
        while (true)
        {
            ReadOnlyMemory<byte> bytes;
            lock (_lock)
                bytes = client.Poll();
            if (bytes.IsEmpty)
                return;
            await stream.WriteAsync(bytes, ending);
            lock (_lock)
                client.Written();
        }
    }

    // The hello goes before all else.
    private bool IsGreeted(DerpClient client)
    {
        lock (_lock)
            return !client.Server.IsZero;
    }
}
