using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>
/// The client's body on its way to the upstream: read as fast as the upstream takes it, out of the server's own buffers. It can be sent
/// once.
/// </summary>
internal sealed class RequestBody(HttpContext context, Deadline deadline)
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private volatile bool _isSent;

    /// <summary>Whether it was asked for. From then on the request cannot be repeated.</summary>
    public bool HasStarted => Volatile.Read(ref _started) != 0;

    /// <summary>What went wrong on the client's side.</summary>
    public Exception? ClientFault { get; private set; }

    /// <summary>The attempt is over: stops reading, and waits until the request is not touched any more.</summary>
    public Task Finish()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0) return Task.CompletedTask;
        if (!_isSent) deadline.Cancel();
        return _finished.Task;
    }

    /// <summary>Copies it to the upstream; it is flushed where the client pauses, and not at the end.</summary>
    /// <param name="stream">Towards the upstream.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">The client broke it off (<see cref="ClientFault"/>), or the upstream took no more.</exception>
    public async Task SendTo(Stream stream, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0) throw new IOException("the body was sent already");
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
            await Copy(stream, either.Token);
            _isSent = true;
        }
        finally
        {
            _finished.SetResult();
        }
    }

    private async Task Copy(Stream stream, CancellationToken cancellation)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await Read(reader, stream, cancellation);
            foreach (var segment in read.Buffer)
                await stream.WriteAsync(segment, cancellation);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
    }

    private async ValueTask<ReadResult> Read(PipeReader reader, Stream stream, CancellationToken cancellation)
    {
        var pending = reader.ReadAsync(cancellation);
        if (!pending.IsCompleted)
        {
            // The client pauses: what it has sent so far must not wait for what it will send.
            await stream.FlushAsync(cancellation);
            deadline.Stop();
        }
        try
        {
            var read = await pending;
            return read.IsCanceled ? throw new IOException("the read was cancelled") : read;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            ClientFault = e;
            throw new IOException("the client's body broke off", e);
        }
        finally
        {
            if (!cancellation.IsCancellationRequested) deadline.Start();
        }
    }
}
