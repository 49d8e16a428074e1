using System.Net.WebSockets;
using System.Security.Cryptography;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Bench.Relay;

/// <summary>
/// A client that costs the load's processor as little as TLS lets it: what it answers to one read leaves in one write. One record for each
/// packet, as most clients write, had the load's processor at its end before the relay's.
/// </summary>
internal abstract class LoadClient : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly PrivateKey _key = new(RandomNumberGenerator.GetBytes(PrivateKey.Size));
    private DerpStream? _stream;
    private DerpClient? _client;
    private Task? _running;

    public PublicKey Key => _key.PublicKey;

    public PublicKey Peer { get; set; }

    /// <summary>Connects, and returns when the relay has taken it in.</summary>
    public async Task Join(DerpDialler dialler, DerpNode node)
    {
        _stream = await dialler.Dial(node, CancellationToken.None);
        _client = new DerpClient(MonotonicClock.Now, new DerpClientOptions { Key = _key, Server = _stream.Server }, new SystemEntropy());
        while (!_client.IsWelcome)
        {
            await Flush();
            if (!await Read())
                throw new IOException("the relay did not take a client in");
        }
    }

    /// <summary>Begins, on the pool.</summary>
    public void Start() => _running = Task.Run(Run);

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        if (_running is not null)
            await _running;
        _key.Dispose();
    }

    protected virtual void Begin()
    {
    }

    protected abstract void Receive(in DerpMessage message);

    protected void Send(ReadOnlySpan<byte> packet) => _client!.Send(MonotonicClock.Now, Peer, packet);

    private async Task Run()
    {
        try
        {
            Begin();
            do
                await Flush();
            while (await Read());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or WebSocketException)
        {
            // The relay has ended, or the measurement.
        }
    }

    private async ValueTask<bool> Read()
    {
        var length = await _stream!.Stream.ReadAsync(_buffer);
        Handle(_buffer.AsSpan(0, length));
        return length > 0;
    }

    private void Handle(ReadOnlySpan<byte> bytes)
    {
        while (_client!.Handle(MonotonicClock.Now, ref bytes, out var message))
            Receive(message);
    }

    private async ValueTask Flush()
    {
        while (_client!.Poll() is { IsEmpty: false } bytes)
        {
            await _stream!.Stream.WriteAsync(bytes);
            _client.Written();
        }
    }
}
