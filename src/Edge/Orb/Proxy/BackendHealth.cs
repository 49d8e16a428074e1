using Edge.Foundation.Configuration;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Proxy;

/// <summary>Whether an upstream gets requests: what its checks and the requests passed to it have shown. Thread-safe.</summary>
internal sealed class BackendHealth(string name, HealthCheck? record, TimeProvider time, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly ActiveHealthCheck? _active = record?.Active;
    private readonly PassiveHealthCheck? _passive = record?.Passive;

    /// <summary>The times of the latest failures, oldest overwritten first.</summary>
    private readonly long[] _failures = new long[record?.Passive?.MaxFailures ?? 0];
    private int _failureCount;

    private volatile bool _isHealthy = true;
    private int _successesInARow;
    private int _failuresInARow;

    /// <summary>On the time provider's clock; 0 when not left out.</summary>
    private long _ejectedUntil;

    public bool IsAvailable
    {
        get
        {
            if (!_isHealthy) return false;
            var until = Volatile.Read(ref _ejectedUntil);
            return until == 0 || time.GetTimestamp() >= until;
        }
    }

    /// <summary>An active check's result.</summary>
    /// <param name="problem">Null for a success.</param>
    public void Checked(string? problem)
    {
        lock (_lock)
        {
            if (problem is null)
            {
                _failuresInARow = 0;
                if (_isHealthy || ++_successesInARow < _active!.HealthyAfter) return;
                _isHealthy = true;
                ProxyLog.BackInUse(log, name, _successesInARow);
            }
            else
            {
                _successesInARow = 0;
                if (!_isHealthy || ++_failuresInARow < _active!.UnhealthyAfter) return;
                _isHealthy = false;
                ProxyLog.LeftOut(log, name, _failuresInARow, problem);
            }
        }
    }

    /// <summary>A request that the upstream did not answer, or answered with 502, 503 or 504.</summary>
    public void Failed(string problem)
    {
        if (_passive is null) return;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (now < _ejectedUntil) return;
            _failures[_failureCount++ % _failures.Length] = now;
            // The slot that the next failure would take holds the oldest of the last `maxFailures`.
            if (_failureCount < _failures.Length || time.GetElapsedTime(_failures[_failureCount % _failures.Length], now) > _passive.Window) return;
            _failureCount = 0;
            Volatile.Write(ref _ejectedUntil, now + (long)(_passive.EjectFor.TotalSeconds * time.TimestampFrequency));
            ProxyLog.Ejected(log, name, _passive.EjectFor.TotalSeconds, _passive.MaxFailures, _passive.Window.TotalSeconds, problem);
        }
    }
}
