using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>The connections that are open: what stopping waits for. Safe to use from any thread.</summary>
/// <param name="time">The server's clock.</param>
internal sealed class OpenConnections(TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<ClientConnection, bool> _open = new();
    private int _count;

    /// <summary>How many there are; those of private listeners are not counted.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many requests are under way on them.</summary>
    public int RequestsUnderWay => _open.Keys.Sum(connection => connection.UnderWay);

    /// <summary>Around what serves a connection of a listener.</summary>
    /// <param name="next">What serves it.</param>
    /// <param name="answer">What answers every request of a private listener; null for one of the configuration.</param>
    public ConnectionDelegate Around(ConnectionDelegate next, RequestDelegate? answer) => async context =>
    {
        var lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>()!;
        var connection = new ClientConnection(lifetime, time.GetTimestamp()) { Private = answer };
        context.Features.Set(connection);
        if (answer is not null)
        {
            await next(context);
            return;
        }
        _open.TryAdd(connection, true);
        Interlocked.Increment(ref _count);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
            _open.TryRemove(connection, out _);
        }
    };

    /// <summary>
    /// Ends connections where no request is lost by it: HTTP/2's are told at once, others when they were quiet for a while. HTTP/1.1 has no
    /// word for the end but the one in a response, so that a client whose requests follow one another gets its next one answered first.
    /// </summary>
    /// <param name="least">How long new connections are waited for.</param>
    /// <param name="quiet">How long a connection was without a request before its client will hardly be sending one.</param>
    /// <param name="limit">Ends the wait.</param>
    public async Task Drain(TimeSpan least, TimeSpan quiet, CancellationToken limit)
    {
        var begun = time.GetTimestamp();
        var ticks = (long)(quiet.TotalSeconds * time.TimestampFrequency);
        while (!limit.IsCancellationRequested)
        {
            var now = time.GetTimestamp();
            foreach (var connection in _open.Keys)
            {
                if (connection.IsHttp2 || connection.IsQuiet(now, ticks))
                    connection.Close();
            }
            if (_open.IsEmpty && time.GetElapsedTime(begun, now) >= least)
                return;
            try
            {
                await Task.Delay(s_look, time, limit);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
