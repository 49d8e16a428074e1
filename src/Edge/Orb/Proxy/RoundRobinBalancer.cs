using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>In turn, each as often as its weight says, and spread out ("smooth", as nginx does it): 3:1 is A A B A, not A A A B.</summary>
internal sealed class RoundRobinBalancer(Backend[] backends) : Balancer
{
    /// <summary>Weights whose sum is larger are rounded: the turn is a table.</summary>
    private const int MaxTurn = 4096;

    private readonly Backend[] _turn = Turn(backends);
    private uint _next = uint.MaxValue;

    public override Backend? Choose(HttpContext context, List<Backend>? tried)
    {
        if (_turn.Length == 0) return null;
        var start = Interlocked.Increment(ref _next);
        for (uint i = 0; i < _turn.Length; i++)
        {
            var backend = _turn[(start + i) % (uint)_turn.Length];
            if (backend.IsUsable(tried)) return backend;
        }
        return null;
    }

    private static Backend[] Turn(Backend[] backends)
    {
        var weights = backends.Select(backend => backend.Weight).ToArray();
        var divisor = weights.Aggregate(0, GreatestCommonDivisor);
        if (divisor == 0) return [];
        weights = [.. weights.Select(weight => weight / divisor)];
        if (weights.Sum() > MaxTurn)
        {
            var sum = weights.Sum();
            weights = [.. weights.Select(weight => weight == 0 ? 0 : Math.Max(1, (int)((long)weight * MaxTurn / sum)))];
        }
        var total = weights.Sum();
        var current = new int[weights.Length];
        var turn = new Backend[total];
        for (var i = 0; i < total; i++)
        {
            var best = 0;
            for (var j = 0; j < weights.Length; j++)
            {
                current[j] += weights[j];
                if (current[j] > current[best]) best = j;
            }
            current[best] -= total;
            turn[i] = backends[best];
        }
        return turn;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
