namespace Edge.Orb.Proxy.Http1;

/// <summary>The connections to one upstream that rest. The one that rested last is taken first, so that those which are not needed end. Thread-safe.</summary>
internal sealed class Http1Pool
{
    private static readonly TimeSpan s_mostRest = TimeSpan.FromMinutes(1);

    /// <summary>A name may come to mean another address: connections are not kept for ever.</summary>
    private static readonly TimeSpan s_mostAge = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    /// <summary>The one that has rested longest first.</summary>
    private readonly List<Http1Connection> _resting = [];

    // Made here, not with the first request, whose context it would keep.
    private readonly ITimer _sweeper;
    private bool _isSweeping;

    public Http1Pool(TimeProvider time)
    {
        _time = time;
        _sweeper = time.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A new one, which does not rest yet.</summary>
    public Http1Connection Make(Stream stream) => new(stream, _time.GetTimestamp());

    /// <returns>One that can be used; null: none rests.</returns>
    public Http1Connection? Take()
    {
        while (true)
        {
            Http1Connection connection;
            lock (_lock)
            {
                if (_resting.Count == 0) return null;
                connection = _resting[^1];
                _resting.RemoveAt(_resting.Count - 1);
            }
            if (IsUsable(connection)) return connection;
            connection.Dispose();
        }
    }

    /// <summary>Its response was read to the end, and another may follow.</summary>
    /// <param name="connection">The caller's until now.</param>
    /// <param name="mostRest">For how long the upstream keeps it, in seconds, as far as it says so.</param>
    public void Return(Http1Connection connection, int mostRest)
    {
        connection.Rest(_time.GetTimestamp(), mostRest);
        lock (_lock)
        {
            _resting.Add(connection);
            if (_isSweeping) return;
            _isSweeping = true;
            _sweeper.Change(s_sweepInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private bool IsUsable(Http1Connection connection)
    {
        if (_time.GetElapsedTime(connection.Born) >= s_mostAge) return false;
        var rested = _time.GetElapsedTime(connection.Rested);
        return rested < s_mostRest && rested.TotalSeconds < connection.MostRest && connection.IsAlive();
    }

    private void Sweep()
    {
        List<Http1Connection> ended = [];
        lock (_lock)
        {
            for (var i = _resting.Count - 1; i >= 0; i--)
            {
                if (IsUsable(_resting[i])) continue;
                ended.Add(_resting[i]);
                _resting.RemoveAt(i);
            }
            _isSweeping = _resting.Count > 0;
            if (_isSweeping) _sweeper.Change(s_sweepInterval, Timeout.InfiniteTimeSpan);
        }
        foreach (var connection in ended) connection.Dispose();
    }
}
