using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Io.Names;
using Edge.Protocols.Dns;

namespace Edge.Node.Networks;

/// <summary>Carries questions to name servers that are reached through a network, and to all others over the host's sockets.</summary>
/// <param name="network">Whose ranges decide.</param>
/// <param name="host">For all others. URLs it reaches by its own connector, which should know the network too.</param>
internal sealed class NetworkCarrier(VirtualNetwork network, IDnsCarrier host) : IDnsCarrier
{
    /// <summary>Datagrams that wait to be looked at; who sends forged ones drowns itself.</summary>
    private const int MostWaiting = 16;

    public async Task Exchange(Endpoint to, ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, bool> received, CancellationToken cancellation)
    {
        if (!IsInside(to.Address))
        {
            await host.Exchange(to, message, received, cancellation);
            return;
        }
        var arrived = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        using var socket = await network.BindFree(to.Address, (_, _, remote, bytes) =>
        {
            if (remote == to)
                arrived.Writer.TryWrite(Cut(bytes));
        }, cancellation);
        if (!socket.Send(socket.Local, to, message.Span))
            throw new IOException($"no question to {to}: the network `{network.Name}` takes no datagrams");
        await foreach (var datagram in arrived.Reader.ReadAllAsync(cancellation))
            if (!received(datagram))
                return;
    }

    public async Task<ReadOnlyMemory<byte>> Stream(Endpoint to, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        if (!IsInside(to.Address))
            return await host.Stream(to, message, cancellation);
        await using var stream = new TunnelStream(await network.Dial(to, cancellation));
        await DnsStream.Write(stream, message, cancellation);
        return await DnsStream.Read(stream, cancellation) ?? throw new EndOfStreamException($"{to} closed the connection without an answer");
    }

    public Task<ReadOnlyMemory<byte>> Post(DnsUpstream to, ReadOnlyMemory<byte> message, CancellationToken cancellation) => host.Post(to, message, cancellation);

    // The tailnet's own server lies in its range too: a host whose resolver it is runs a node of its own.
    private bool IsInside(IpAddress address) => network.Claims(address) && address != MagicDns.ServerV4 && address != MagicDns.ServerV6;

    /// <summary>What is longer than anybody may send is a truncated answer, whatever it says.</summary>
    private static byte[] Cut(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= DnsMessage.MostUdpSize)
            return bytes.ToArray();
        var cut = bytes[..DnsMessage.MostUdpSize].ToArray();
        cut[2] |= (byte)(DnsHeader.Truncated >> 8);
        return cut;
    }
}
