namespace Edge.Orb.Proxy.Http1;

/// <summary>
/// HTTP/1.1 to one upstream (RFC 9112). A client of our own, since the platform's is a sixth of what a proxied request costs: it makes
/// objects of a header that is only passed on (ARCHITECTURE.md has the figures).
/// </summary>
/// <param name="authority">The upstream's name, as <c>Host</c> says it.</param>
/// <param name="dial">Makes a connection, in which HTTP/1.1 is spoken at once.</param>
/// <param name="time">For how long connections rest, and an upstream is waited for that does not ask for a body.</param>
internal sealed class Http1Client(string authority, Func<CancellationToken, ValueTask<Stream>> dial, TimeProvider time) : IUpstreamClient
{
    private readonly Http1Pool _pool = new(time);

    public async ValueTask<UpstreamResponse> Send(UpstreamRequest request, CancellationToken cancellation)
    {
        var isRepeated = false;
        while (true)
        {
            var connection = (isRepeated ? null : _pool.Take()) ?? _pool.Make(await dial(cancellation));
            var response = new Http1Response(request, connection, _pool, cancellation);
            try
            {
                await response.Begin(authority, time);
                return response;
            }
            catch (Exception e)
            {
                response.Dispose();
                if (cancellation.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellation);
                // The upstream ended a resting connection at the moment at which it was taken. The request is repeated once, and not on
                // another that rests (RFC 9112, section 9.3.1).
                if (connection.HasServed && !response.HasBegun && request.CanRepeat && response.IsBodyIdle && Http1Response.IsBroken(e))
                {
                    isRepeated = true;
                    continue;
                }
                if (e is not IOException && Http1Response.IsBroken(e)) throw new IOException("the connection was ended", e);
                throw;
            }
        }
    }
}
