using System.IO.Pipelines;
using Edge.Io.Control;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Edge.Lab.Control;

/// <summary>A channel's plaintext as Kestrel takes it.</summary>
internal sealed class NoiseConnection : ConnectionContext, IConnectionLifetimeFeature
{
    private readonly ControlStream _stream;
    private readonly Action _abort;
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();

    // Not disposed of: it may be cancelled after the end, and has no timer.
    private readonly CancellationTokenSource _closed = new();

    /// <param name="id">Names it.</param>
    /// <param name="stream">Behind the early payload; taken over.</param>
    /// <param name="peer">Who is there.</param>
    /// <param name="abort">Breaks the connection around the channel.</param>
    public NoiseConnection(string id, ControlStream stream, NoisePeer peer, Action abort)
    {
        (ConnectionId, _stream, _abort) = (id, stream, abort);
        Transport = new Duplex(_input.Reader, _output.Writer);
        ConnectionClosed = _closed.Token;
        Features.Set(peer);
        Features.Set<IConnectionLifetimeFeature>(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    /// <summary>Carries bytes both ways until either side is done.</summary>
    public async Task Run()
    {
        var incoming = Receive();
        await Send();
        // The server is done with it: what the client may still say is nobody's.
        await _stream.DisposeAsync();
        await incoming;
    }

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override void Abort() => _abort();

    private async Task Receive()
    {
        try
        {
            while (await _stream.ReadAsync(_input.Writer.GetMemory()) is > 0 and var read)
            {
                _input.Writer.Advance(read);
                if ((await _input.Writer.FlushAsync()).IsCompleted) break;
            }
            await _input.Writer.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            await _input.Writer.CompleteAsync(new ConnectionResetException("the channel is broken", e));
        }
        await _closed.CancelAsync();
    }

    private async Task Send()
    {
        try
        {
            while (true)
            {
                var result = await _output.Reader.ReadAsync();
                foreach (var piece in result.Buffer)
                    await _stream.WriteAsync(piece);
                _output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
                await _stream.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client hung up; the reader is told.
        }
        await _output.Reader.CompleteAsync();
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
