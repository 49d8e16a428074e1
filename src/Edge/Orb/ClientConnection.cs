using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>An open connection: what its requests, stopping and limits ask of it. A feature of the connection, and so of its requests.</summary>
/// <param name="lifetime">Ends it once its requests are answered.</param>
/// <param name="now">When it was accepted, on the server's clock.</param>
internal sealed class ClientConnection(IConnectionLifetimeNotificationFeature lifetime, long now)
{
    private IConnectionLifetimeNotificationFeature _lifetime = lifetime;
    private int _underWay;
    private int _ended;
    private int _reset;
    private long _used = now;

    /// <summary>What answers every request here; null: the sites of its listener do.</summary>
    public RequestDelegate? Private { get; init; }

    /// <summary>Whether it speaks HTTP/2, which can be told that the connection ends (GOAWAY) while requests are on their way.</summary>
    public bool IsHttp2 { get; set; }

    /// <summary>Requests that are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Another server speaks on it from now on.</summary>
    public void HandOver(IConnectionLifetimeNotificationFeature lifetime)
    {
        _lifetime = lifetime;
        IsHttp2 = true;
    }

    public void Begin() => Interlocked.Increment(ref _underWay);

    /// <param name="now">On the server's clock.</param>
    public void End(long now)
    {
        Volatile.Write(ref _used, now);
        Interlocked.Increment(ref _ended);
        Interlocked.Decrement(ref _underWay);
    }

    /// <summary>A request was taken back before it was answered.</summary>
    /// <param name="allowed">How many may be, before the share of them counts.</param>
    /// <returns>Whether the client does little else, so that the connection should end. Asked of the first that is too many, and of each 64th then.</returns>
    public bool Reset(int allowed)
    {
        var reset = Interlocked.Increment(ref _reset);
        return reset == allowed + 1 || (reset > allowed && (reset & 63) == 0)
            ? reset * 2L > Volatile.Read(ref _ended)
            : false;
    }

    /// <summary>Whether nothing is under way, and was not for so many ticks of the server's clock.</summary>
    public bool IsQuiet(long now, long ticks) => UnderWay == 0 && now - Volatile.Read(ref _used) >= ticks;

    /// <summary>Ends the connection after the requests that are under way. What was read already is answered.</summary>
    public void Close() => _lifetime.RequestClose();
}
