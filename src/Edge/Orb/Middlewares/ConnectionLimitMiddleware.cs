using System.Runtime.InteropServices;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary><c>ConnectionLimit</c>: how many requests are under way at once, in all and of one client. None waits in line.</summary>
internal sealed class ConnectionLimitMiddleware
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

    private readonly int _most;
    private readonly int? _mostOfOne;
    private readonly RequestDelegate _next;
    private readonly Lock _lock = new();

    // Only clients with requests under way: never more than `_most`.
    private readonly Dictionary<UInt128, int> _underWay = [];
    private int _all;

    private ConnectionLimitMiddleware(ConnectionLimit record, RequestDelegate next) => (_most, _mostOfOne, _next) = (record.Max, record.MaxPerClient, next);

    public static RequestDelegate Compile(ConnectionLimit record, OrbServices services, RequestDelegate next) => new ConnectionLimitMiddleware(record, next).Handle;

    private Task Handle(HttpContext context)
    {
        var client = _mostOfOne is null ? default : ClientKey.Of(context);
        if (!TryEnter(client))
            return Refusal.Later(context, StatusCodes.Status503ServiceUnavailable, s_wait);
        Task task;
        try
        {
            task = _next(context);
        }
        catch
        {
            Leave(client);
            throw;
        }
        if (!task.IsCompleted)
            return Await(task, client);
        Leave(client);
        return task;
    }

    private async Task Await(Task task, UInt128 client)
    {
        try
        {
            await task;
        }
        finally
        {
            Leave(client);
        }
    }

    private bool TryEnter(UInt128 client)
    {
        if (Interlocked.Increment(ref _all) <= _most)
        {
            if (_mostOfOne is null)
                return true;
            lock (_lock)
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_underWay, client, out _);
                if (count < _mostOfOne)
                {
                    count++;
                    return true;
                }
            }
        }
        Interlocked.Decrement(ref _all);
        return false;
    }

    private void Leave(UInt128 client)
    {
        Interlocked.Decrement(ref _all);
        if (_mostOfOne is null)
            return;
        lock (_lock)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_underWay, client, out _);
            if (--count == 0)
                _underWay.Remove(client);
        }
    }
}
