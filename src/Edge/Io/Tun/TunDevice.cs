using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Edge.Dataplane.Offload;
using Edge.Io.Native;

namespace Edge.Io.Tun;

/// <summary>
/// A TUN interface over the raw calls, for one thread. Large packets cross uncut in both directions (IFF_VNET_HDR with TSO and USO) where the
/// kernel offers it. It is not persistent: the kernel removes it, its addresses and its routes when the descriptor is closed, a crash included.
/// </summary>
internal sealed unsafe class TunDevice : IPacketSink, IDisposable
{
    /// <summary>The kernel's limit for a name, without the zero behind it (IFNAMSIZ).</summary>
    public const int MaxNameLength = 15;

    /// <summary>What <see cref="Read"/> wants: the virtio header and the largest packet.</summary>
    public const int BufferSize = VirtioHeader.Size + 65_536;

    private const string Device = "/dev/net/tun";
    private const int ReadWrite = 2 | 0x800 | 0x80000; // O_RDWR | O_NONBLOCK | O_CLOEXEC

    // linux/if_tun.h
    private const nuint SetInterface = 0x400454ca;     // TUNSETIFF
    private const nuint SetOffload = 0x400454d0;       // TUNSETOFFLOAD
    private const nuint SetHeaderSize = 0x400454d8;    // TUNSETVNETHDRSZ
    private const ushort Layer3 = 1;                   // IFF_TUN
    private const ushort NoPacketInfo = 0x1000;        // IFF_NO_PI
    private const ushort VirtioHeaders = 0x4000;       // IFF_VNET_HDR
    private const nint OffloadTcp = 1 | 2 | 4;         // TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6
    private const nint OffloadUdp = 0x20 | 0x40;       // TUN_F_USO4 | TUN_F_USO6

    private const int MaxVectors = 80;

    private readonly Descriptor _descriptor;
    // The virtio header, then as many vectors as a packet may have pieces.
    private readonly Foundation.Buffers.Slab _writing = new(16 + MaxVectors * sizeof(IoVector));

    private TunDevice(Descriptor descriptor, string name, bool hasHeaders, bool cutsUdp)
    {
        _descriptor = descriptor;
        Name = name;
        HasHeaders = hasHeaders;
        CutsUdp = cutsUdp;
    }

    public string Name { get; }

    public int Number => _descriptor.Number;

    /// <summary>Whether a virtio header stands before each packet, and large packets cross.</summary>
    public bool HasHeaders { get; }

    /// <summary>Whether large UDP packets cross too.</summary>
    public bool CutsUdp { get; }

    /// <summary>Packets that the system would not take.</summary>
    public long WriteFailures { get; private set; }

    /// <param name="name">1 to 15 bytes; a `%d` in it lets the kernel number it.</param>
    /// <param name="allowsOffload">False: as if the kernel had none.</param>
    /// <exception cref="SystemError">There is no TUN here, no right to it, or the name is taken.</exception>
    public static TunDevice Open(string name, bool allowsOffload = true)
    {
        var descriptor = OpenDevice();
        try
        {
            if (allowsOffload && TryAttach(descriptor, name, Layer3 | NoPacketInfo | VirtioHeaders, out var given))
            {
                var size = VirtioHeader.Size;
                if (Libc.Control(descriptor.Number, SetHeaderSize, &size) == 0 && Libc.Control(descriptor.Number, SetOffload, OffloadTcp) == 0)
                {
                    var cutsUdp = Libc.Control(descriptor.Number, SetOffload, OffloadTcp | OffloadUdp) == 0;
                    return new TunDevice(descriptor, given, hasHeaders: true, cutsUdp);
                }
                // An interface keeps the flags that it was made with: begin anew.
                descriptor.Dispose();
                descriptor = OpenDevice();
            }
            if (TryAttach(descriptor, name, Layer3 | NoPacketInfo, out given))
                return new TunDevice(descriptor, given, hasHeaders: false, cutsUdp: false);
            throw Refusal(name, Marshal.GetLastPInvokeError());
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Reads one packet, without waiting.</summary>
    /// <param name="buffer"><see cref="BufferSize"/> bytes.</param>
    /// <param name="virtio">What is still to be done with it.</param>
    /// <returns>The packet, in the buffer; empty when none waits.</returns>
    public Span<byte> Read(Span<byte> buffer, out VirtioHeader virtio)
    {
        virtio = default;
        nint length;
        fixed (byte* start = buffer)
            length = Libc.Read(Number, start, (nuint)buffer.Length);
        if (!HasHeaders)
            return length <= 0 ? default : buffer[..(int)length];
        if (length <= VirtioHeader.Size)
            return default;
        virtio = Unsafe.ReadUnaligned<VirtioHeader>(ref buffer[0]);
        return buffer[VirtioHeader.Size..(int)length];
    }

    /// <inheritdoc/>
    public void Write(in VirtioHeader virtio, ReadOnlySpan<PacketPiece> pieces)
    {
        var vectors = (IoVector*)(_writing.Start + 16);
        var count = 0;
        if (HasHeaders)
        {
            *(VirtioHeader*)_writing.Start = virtio;
            vectors[count++] = new IoVector { Start = _writing.Start, Length = VirtioHeader.Size };
        }
        foreach (ref readonly var piece in pieces)
            vectors[count++] = new IoVector { Start = piece.Start, Length = (nuint)piece.Length };
        if (Libc.WriteVector(Number, vectors, count) < 0)
            WriteFailures++;
    }

    public void Dispose()
    {
        _descriptor.Dispose();
        _writing.Dispose();
    }

    private static Descriptor OpenDevice()
    {
        var result = Libc.Open(Device, ReadWrite);
        if (result >= 0)
            return Descriptor.Of(result, Device);
        var error = Marshal.GetLastPInvokeError();
        throw new SystemError($"opening {Device}", error, error is Errno.NoSuchFile or Errno.NoDevice
            ? "This machine or container has no TUN: load the module `tun`, or give the container the device (--device /dev/net/tun --cap-add NET_ADMIN)."
            : "It takes root or CAP_NET_ADMIN.");
    }

    private static bool TryAttach(Descriptor descriptor, string name, int flags, out string given)
    {
        // struct ifreq: 16 bytes of name, the flags; 40 bytes in all.
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, MaxNameLength)), request);
        MemoryMarshal.Write(request[16..], (ushort)flags);
        int result;
        fixed (byte* argument = request)
            result = Libc.Control(descriptor.Number, SetInterface, argument);
        given = Encoding.ASCII.GetString(request[..request.IndexOf((byte)0)]);
        return result == 0;
    }

    private static SystemError Refusal(string name, int error) => new($"making the interface {name}", error, error switch
    {
        Errno.Busy => "It exists already: choose another name, or take the other one down.",
        Errno.NotPermitted or Errno.AccessDenied => "It takes root or CAP_NET_ADMIN.",
        _ => "",
    });
}
