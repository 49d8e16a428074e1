using Edge.Foundation.Addresses;

namespace Edge.Protocols.Netstack;

/// <summary>UDP (RFC 768) at one of our ports, or at all of them. Datagrams that nobody reads are bounded; what comes then is dropped.</summary>
internal sealed class UdpSocket
{
    private const int MostQueued = 256 * 1024;

    private readonly IpStack _stack;
    private readonly Queue<Datagram> _queue = new();
    private int _queuedBytes;

    /// <summary>Use <see cref="IpStack.Bind"/>.</summary>
    internal UdpSocket(IpStack stack, IpAddress? address, ushort port) => (_stack, Address, Port) = (stack, address, port);

    /// <summary>Ours; null: any.</summary>
    public IpAddress? Address { get; }

    /// <summary>0: every port that no other socket has.</summary>
    public ushort Port { get; }

    /// <summary>Whatever its user wants to find again at an event.</summary>
    public object? Owner { get; set; }

    /// <summary>Datagrams that were dropped because the queue was full.</summary>
    public long Dropped { get; private set; }

    internal bool IsInEvents { get; set; }

    internal bool IsClosed { get; private set; }

    /// <summary>Bytes of the next datagram; negative: there is none.</summary>
    public int NextLength => _queue.TryPeek(out var datagram) ? datagram.Length : -1;

    /// <summary>Takes the next datagram.</summary>
    /// <param name="destination">What does not fit is lost.</param>
    /// <param name="local">Where it was sent to.</param>
    /// <param name="remote">Where it came from.</param>
    /// <returns>Its bytes; negative: there is none.</returns>
    public int Receive(Span<byte> destination, out Endpoint local, out Endpoint remote)
    {
        (local, remote) = (default, default);
        if (!_queue.TryDequeue(out var datagram))
            return -1;
        (local, remote) = (datagram.Local, datagram.Remote);
        _queuedBytes -= Cost(datagram.Length);
        for (var block = datagram.First; block is not null;)
        {
            var part = block.Filled[..Math.Min(block.Length, destination.Length)];
            part.CopyTo(destination);
            destination = destination[part.Length..];
            var next = block.Next;
            _stack.Blocks.Return(block);
            block = next;
        }
        return datagram.Length;
    }

    /// <summary>Sends a datagram, in fragments where the path needs them.</summary>
    /// <returns>False: it is too large (65,507 bytes on IPv4, 65,527 on IPv6), or the queue to the network is full.</returns>
    public bool Send(Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes) =>
        !IsClosed && local.Address.IsV4 == remote.Address.IsV4 && _stack.SendUdp(local, remote, bytes);

    /// <summary>Gives the port back.</summary>
    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        while (Receive(default, out _, out _) >= 0)
        {
        }
        _stack.Unbind(this);
    }

    internal bool Take(Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes)
    {
        if (_queuedBytes + Cost(bytes.Length) > MostQueued || !TryStore(bytes, out var first))
        {
            Dropped++;
            return false;
        }
        _queuedBytes += Cost(bytes.Length);
        _queue.Enqueue(new Datagram(local, remote, first, bytes.Length));
        return true;
    }

    // Small datagrams take a block too, so the bound is in blocks.
    private static int Cost(int length) => Math.Max(1, (length + BlockPool.BlockSize - 1) / BlockPool.BlockSize) * BlockPool.BlockSize;

    private bool TryStore(ReadOnlySpan<byte> bytes, out Block? first)
    {
        first = null;
        Block? last = null;
        while (!bytes.IsEmpty)
        {
            if (_stack.Blocks.TryRent() is not { } block)
            {
                for (; first is not null; first = last)
                {
                    last = first.Next;
                    _stack.Blocks.Return(first);
                }
                return false;
            }
            block.End = Math.Min(bytes.Length, block.Size);
            bytes[..block.End].CopyTo(block.Span);
            bytes = bytes[block.End..];
            if (last is null)
                first = block;
            else
                last.Next = block;
            last = block;
        }
        return true;
    }

    private readonly record struct Datagram(Endpoint Local, Endpoint Remote, Block? First, int Length);
}
