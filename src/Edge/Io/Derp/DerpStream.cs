using Edge.Foundation.Keys;

namespace Edge.Io.Derp;

/// <summary>A connection on which DERP is spoken from here on. The owner disposes of it.</summary>
/// <param name="Stream">Both ways.</param>
/// <param name="Server">The relay's key, where the handshake showed it; null: its greeting will.</param>
internal sealed record DerpStream(Stream Stream, PublicKey? Server) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
