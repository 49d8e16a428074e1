using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Edge.Node.Status;

/// <summary>
/// The status of the networks as one stream: who listens gets how everything stands, and then what changes. What is said again is no event. A listener that does
/// not keep up loses the oldest events, and what it loses is how things stood for a while. Any thread.
/// </summary>
internal sealed class NetworkEvents(TimeProvider time)
{
    private const int MostWaiting = 1024;

    /// <summary>Of peers and other subjects; beyond, the oldest are forgotten.</summary>
    private const int MostKept = 4096;

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<(string Network, string Kind, string Subject), NetworkEvent> _standing = [];
    private ImmutableArray<ChannelWriter<NetworkEvent>> _listeners = [];

    /// <inheritdoc cref="NetworkEvent"/>
    public void Publish(string network, string kind, string subject, string text)
    {
        lock (_lock)
        {
            var key = (network, kind, subject);
            if (_standing.TryGetValue(key, out var before) ? before.Text == text : text.Length == 0)
                return;
            _standing.Remove(key);
            var happened = new NetworkEvent(time.GetUtcNow(), network, kind, subject, text);
            if (text.Length > 0)
                _standing.Add(key, happened);
            if (_standing.Count > MostKept)
                _standing.RemoveAt(0);
            foreach (var listener in _listeners)
                listener.TryWrite(happened);
        }
    }

    /// <summary>How everything stands, and then all that changes, until it is cancelled.</summary>
    public async IAsyncEnumerable<NetworkEvent> Listen([EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<NetworkEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        List<NetworkEvent> standing;
        lock (_lock)
        {
            standing = [.. _standing.Values];
            _listeners = _listeners.Add(channel.Writer);
        }
        try
        {
            foreach (var one in standing)
                yield return one;
            while (await WaitToRead(channel.Reader, cancellation))
                while (channel.Reader.TryRead(out var happened))
                    yield return happened;
        }
        finally
        {
            lock (_lock)
                _listeners = _listeners.Remove(channel.Writer);
        }
    }

    private static async ValueTask<bool> WaitToRead(ChannelReader<NetworkEvent> reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.WaitToReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
