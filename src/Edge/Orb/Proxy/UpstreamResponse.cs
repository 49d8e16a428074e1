namespace Edge.Orb.Proxy;

/// <summary>What an upstream answers: the header is there, the body comes. To be disposed also where it was read to its end.</summary>
internal abstract class UpstreamResponse : IDisposable
{
    public abstract int Status { get; }

    /// <summary>All lines of the header, those about the connection too. Each can be written as it is.</summary>
    public abstract HeaderFields Fields { get; }

    /// <summary>What the header says of the body's length, in bytes; null where it says nothing that counts.</summary>
    public abstract long? ContentLength { get; }

    /// <summary>What came after the body; null before its end, and where nothing did.</summary>
    public abstract HeaderFields? Trailers { get; }

    /// <summary>The next piece of the body, as it comes; empty at the end. Valid until the next read.</summary>
    /// <exception cref="IOException">The response broke off, or broke a rule.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    public abstract ValueTask<ReadOnlyMemory<byte>> Read();

    /// <summary>After status 101: the connection, for what is spoken on it from now on. It is closed with the response.</summary>
    public abstract Stream Switch();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
