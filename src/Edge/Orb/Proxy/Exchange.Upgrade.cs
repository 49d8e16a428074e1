using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>After 101: bytes both ways, until either side ends.</summary>
internal sealed partial class Exchange
{
    private const int UpgradedChunkSize = 16 * 1024;

    private async Task<Failure?> Switch(UpstreamResponse response)
    {
        var answered = response.Fields.Of("Upgrade").ToString();
        if (!_upgrade.IsRequested || !answered.Equals(_upgrade.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            _problem = "it switched to a protocol that it was not asked for";
            return new Failure(StatusCodes.Status502BadGateway, _problem, CanRetry: false);
        }
        Headers(response);
        _balancer.Remember(_context, _backend);
        if (_upgrade.IsHttp2)
        {
            _context.Response.StatusCode = StatusCodes.Status200OK;
            _context.Response.Headers.Remove("Sec-WebSocket-Accept");
        }
        else
        {
            _context.Response.Headers.Upgrade = answered;
        }
        await using var upstream = response.Switch();
        await using var client = await _upgrade.Accept(_context);
        var up = Pump(client, upstream);
        var down = Pump(upstream, client);
        await Task.WhenAny(up, down);
        // Neither protocol stack can close one direction alone; what the other side had sent is through, for its pump ended by itself.
        _deadline.Cancel();
        await Task.WhenAll(up, down);
        return null;
    }

    private async Task Pump(Stream source, Stream destination)
    {
        try
        {
            while (true)
            {
                // As in Body: waits without a buffer.
                _ = await source.ReadAsync(Memory<byte>.Empty, _deadline.Token);
                var buffer = ArrayPool<byte>.Shared.Rent(UpgradedChunkSize);
                try
                {
                    var length = await source.ReadAsync(buffer, _deadline.Token);
                    if (length == 0) return;
                    await destination.WriteAsync(buffer.AsMemory(0, length), _deadline.Token);
                    await destination.FlushAsync(_deadline.Token);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Either side may hang up whenever it likes: for a connection of its own protocol that is no fault.
        }
    }
}
