using Edge.Io.Native;
using Edge.Io.Udp;

namespace Edge.Node.Tunnels;

/// <summary>One UDP socket a family, on one port; at least one of them is there.</summary>
/// <param name="V4">Null: the machine has no IPv4.</param>
/// <param name="V6">Null: the machine has no IPv6.</param>
internal sealed record SocketPair(UdpSocket? V4, UdpSocket? V6) : IDisposable
{
    // The system may choose a port for IPv4 that somebody has on IPv6.
    private const int Attempts = 16;

    /// <summary>One of the two, for what both have in common.</summary>
    public UdpSocket Any => (V4 ?? V6)!;

    /// <param name="port">0 lets the system choose.</param>
    /// <param name="mark">Of their datagrams; 0: none.</param>
    /// <param name="report">Takes what the operator should know.</param>
    /// <exception cref="SystemError">There is none to be had.</exception>
    public static SocketPair Open(ushort port, uint mark, Action<string> report)
    {
        for (var attempt = 1; ; attempt++)
        {
            var v4 = TryOpen(isV4: true, port, mark);
            try
            {
                var v6 = TryOpen(isV4: false, v4?.Port ?? port, mark);
                var pair = v4 is null && v6 is null ? throw new SystemError("opening a UDP socket", Errno.NoFamily) : new SocketPair(v4, v6);
                if (!pair.Any.HasFullBuffers)
                    report("the socket's buffers are smaller than wanted: raise net.core.rmem_max and net.core.wmem_max to 7340032, or give CAP_NET_ADMIN");
                return pair;
            }
            catch (SystemError e) when (e.Errno == Errno.AddressInUse && port == 0 && attempt < Attempts)
            {
                v4?.Dispose();
            }
            catch
            {
                v4?.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        V4?.Dispose();
        V6?.Dispose();
    }

    /// <returns>Null: the machine does not have the family.</returns>
    private static UdpSocket? TryOpen(bool isV4, ushort port, uint mark)
    {
        try
        {
            return UdpSocket.Open(isV4, port, mark);
        }
        catch (SystemError e) when (e.Errno is Errno.NoFamily or Errno.AddressNotAvailable)
        {
            return null;
        }
    }
}
