using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Edge.Interop;

/// <summary>A stream of bytes through a tunnel, hashed at both ends.</summary>
internal static class Transfer
{
    private const int BlockSize = 1 << 20;

    /// <returns>Whether what arrived is what was sent.</returns>
    public static async Task<bool> IsIntact(Side from, Side to, bool isV4, long bytes)
    {
        var address = IPAddress.Parse(to.InnerAddress(isV4));
        using var listener = to.Inside(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            socket.Listen(1);
            return socket;
        });
        using var sender = from.Inside(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var receiving = Receive(listener, limit.Token);
        await sender.ConnectAsync(listener.LocalEndPoint!, limit.Token);
        var sent = await Send(sender, bytes, limit.Token);
        var (received, count) = await receiving;
        return count == bytes && received.AsSpan().SequenceEqual(sent);
    }

    /// <summary>Writes a file that nothing can be lost of, doubled or swapped in unseen.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="bytes">A multiple of 1 MiB.</param>
    /// <returns>Its SHA-256, in hexadecimal digits.</returns>
    public static async Task<string> WriteNoise(string path, long bytes)
    {
        var block = RandomNumberGenerator.GetBytes(BlockSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path);
        for (long at = 0; at < bytes; at += BlockSize)
        {
            BitConverter.TryWriteBytes(block, at);
            hash.AppendData(block);
            await file.WriteAsync(block);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<byte[]> Send(Socket socket, long bytes, CancellationToken cancellation)
    {
        // One block of noise, told apart each time by a number at its start: nothing that is lost, doubled or swapped goes unseen.
        var block = RandomNumberGenerator.GetBytes(BlockSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < bytes;)
        {
            BitConverter.TryWriteBytes(block, at);
            var part = block.AsMemory(0, (int)Math.Min(BlockSize, bytes - at));
            hash.AppendData(part.Span);
            for (var rest = part; rest.Length > 0;)
                rest = rest[await socket.SendAsync(rest, cancellation)..];
            at += part.Length;
        }
        socket.Shutdown(SocketShutdown.Send);
        return hash.GetHashAndReset();
    }

    private static async Task<(byte[] Hash, long Count)> Receive(Socket listener, CancellationToken cancellation)
    {
        using var socket = await listener.AcceptAsync(cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BlockSize];
        long count = 0;
        while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var length)
        {
            hash.AppendData(buffer, 0, length);
            count += length;
        }
        return (hash.GetHashAndReset(), count);
    }
}
