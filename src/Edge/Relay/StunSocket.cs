using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;
using Edge.Protocols.Stun;

namespace Edge.Relay;

/// <summary>Tells nodes where they come from, over UDP.</summary>
internal sealed class StunSocket : IDisposable
{
    private readonly Socket _socket;

    /// <exception cref="SocketException">The port cannot be bound.</exception>
    public StunSocket(IPAddress? address, int port)
    {
        var isAny = address is null;
        address ??= Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isAny && address.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = true;
            _socket.Bind(new IPEndPoint(address, port));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public long Answered { get; private set; }

    public long Dropped { get; private set; }

    /// <summary>Answers until it is disposed of.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var request = new byte[1500];
        var response = new byte[StunBinding.MaxResponseSize];
        var source = new SocketAddress(_socket.AddressFamily);
        var place = (IPEndPoint)_socket.LocalEndPoint!;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(request, SocketFlags.None, source, cancellation);
                var size = Answer(request.AsSpan(0, length), response, (IPEndPoint)place.Create(source));
                if (size > 0)
                    await _socket.SendToAsync(response.AsMemory(0, size), SocketFlags.None, source, cancellation);
            }
            catch (SocketException)
            {
                // What one datagram met, such as an ICMP error for an answer, is nothing to the next.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Answer(ReadOnlySpan<byte> request, Span<byte> response, IPEndPoint source)
    {
        if (StunBinding.ReadRequest(request, out var transaction) != StunVerdict.Accepted)
        {
            Dropped++;
            return 0;
        }
        Answered++;
        return StunBinding.WriteResponse(response, transaction, new Endpoint(IpAddress.Of(source.Address), (ushort)source.Port));
    }
}
