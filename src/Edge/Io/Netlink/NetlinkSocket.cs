using System.Runtime.InteropServices;
using Edge.Io.Native;

namespace Edge.Io.Netlink;

/// <summary>A conversation with the kernel about links, addresses, routes and rules: one request, then its answer.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    private const int Family = 16;               // AF_NETLINK
    private const int Raw = 3 | 0x80000;         // SOCK_RAW | SOCK_CLOEXEC
    private const int RouteProtocol = 0;         // NETLINK_ROUTE
    private const ushort Error = 2;              // NLMSG_ERROR
    private const ushort Done = 3;               // NLMSG_DONE
    private const int BufferSize = 65_536;

    private readonly Descriptor _descriptor = Descriptor.Of(Libc.Socket(Family, Raw, RouteProtocol), "opening a netlink socket");
    private readonly byte[] _buffer = new byte[BufferSize];
    private uint _sequence;

    /// <summary>Sends a request that the kernel acknowledges.</summary>
    /// <returns>0, or the errno.</returns>
    public int Execute(NetlinkMessage message)
    {
        Send(message);
        while (true)
        {
            ReadOnlySpan<byte> answer = Receive();
            while (TryNextMessage(ref answer, out var type, out var body))
            {
                if (type == Error && body.Length >= 4)
                    return -MemoryMarshal.Read<int>(body);
            }
        }
    }

    /// <summary>Asks for a list.</summary>
    /// <param name="message">With <see cref="NetlinkMessage.Dump"/>.</param>
    /// <param name="what">What is asked, for the error.</param>
    /// <returns>The bodies of the answers.</returns>
    /// <exception cref="SystemError">The kernel refused.</exception>
    public List<byte[]> List(NetlinkMessage message, string what)
    {
        Send(message);
        List<byte[]> bodies = [];
        while (true)
        {
            ReadOnlySpan<byte> answer = Receive();
            while (TryNextMessage(ref answer, out var type, out var body))
            {
                if (type == Done)
                    return bodies;
                if (type == Error)
                    return body.Length >= 4 && MemoryMarshal.Read<int>(body) is not 0 and var error ? throw new SystemError(what, -error) : bodies;
                bodies.Add(body.ToArray());
            }
        }
    }

    public void Dispose() => _descriptor.Dispose();

    private void Send(NetlinkMessage message)
    {
        var bytes = message.Bytes;
        MemoryMarshal.Write(bytes[8..], ++_sequence);
        fixed (byte* start = bytes)
        {
            if (Libc.Send(_descriptor.Number, start, (nuint)bytes.Length, 0) < 0)
                throw SystemError.Last("asking the kernel over netlink");
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        while (true)
        {
            nint length;
            fixed (byte* start = _buffer)
                length = Libc.Receive(_descriptor.Number, start, BufferSize, 0);
            if (length >= 0)
                return _buffer.AsSpan(0, (int)length);
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                throw SystemError.Last("reading the kernel's answer over netlink");
        }
    }

    private bool TryNextMessage(ref ReadOnlySpan<byte> answer, out ushort type, out ReadOnlySpan<byte> body)
    {
        while (answer.Length >= NetlinkMessage.HeaderSize)
        {
            var length = (int)MemoryMarshal.Read<uint>(answer);
            if (length < NetlinkMessage.HeaderSize || length > answer.Length)
                break;
            type = MemoryMarshal.Read<ushort>(answer[4..]);
            body = answer[NetlinkMessage.HeaderSize..length];
            var isOurs = MemoryMarshal.Read<uint>(answer[8..]) == _sequence;
            answer = answer[Math.Min(answer.Length, (length + 3) & ~3)..];
            if (isOurs)
                return true;
        }
        type = 0;
        body = default;
        return false;
    }
}
