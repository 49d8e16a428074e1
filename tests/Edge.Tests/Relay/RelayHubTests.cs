using System.Security.Cryptography;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Protocols.Derp;
using Edge.Relay;
using Edge.Tests.Orb;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Tests.Relay;

/// <summary>The relay's connections, over streams that misbehave.</summary>
public sealed class RelayHubTests
{
    [Test]
    public async Task A_connection_ends_however_a_write_to_it_fails()
    {
        using var key = new PrivateKey(RandomNumberGenerator.GetBytes(PrivateKey.Size));
        using var hub = new RelayHub(new RelayOptions { Key = key }, null, new SystemEntropy(), NullLogger.Instance);
        await using var stream = new NotWritable();
        // Its greeting cannot be written.
        var connection = hub.Accept(stream, default, isNotIdeal: false, stream.End);
        await connection.Run(default, CancellationToken.None).WaitAsync(OrbRun.Limit);
        await Assert.That(connection.Client.State).IsEqualTo(RelayClientState.Closed);
    }

    /// <summary>As a WebSocket's stream is once it was closed.</summary>
    private sealed class NotWritable : ConnectionStream
    {
        private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _ended.TrySetResult(0);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await _ended.Task;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
