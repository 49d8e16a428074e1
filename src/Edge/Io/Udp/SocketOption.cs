namespace Edge.Io.Udp;

/// <summary>Socket options and control messages of Linux (asm-generic/socket.h, linux/in.h, linux/in6.h, linux/tcp.h, linux/udp.h).</summary>
internal static class SocketOption
{
    public const int SocketLevel = 1;
    public const int SendBuffer = 7;
    public const int ReceiveBuffer = 8;
    public const int SendTimeout = 21;
    public const int SendBufferForce = 32;
    public const int ReceiveBufferForce = 33;
    public const int Mark = 36;

    public const int IpLevel = 0;
    public const int PacketInfoV4 = 8;

    public const int TcpLevel = 6;
    public const int UserTimeout = 18;

    public const int Ipv6Level = 41;
    public const int Ipv6Only = 26;
    public const int ReceivePacketInfoV6 = 49;
    public const int PacketInfoV6 = 50;

    public const int UdpLevel = 17;
    public const int UdpSegment = 103;
    public const int UdpGro = 104;
}
