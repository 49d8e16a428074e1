using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Edge.Tests.Orb;

/// <summary>Clients that ask without pause: again on the same connection until the server says that it closes it, then on another, until it accepts none.</summary>
internal sealed class BusyClients
{
    private const int Count = 16;

    private readonly IPEndPoint _address;
    private readonly Task _all;
    private int _answered;
    private int _failed;

    public BusyClients(IPEndPoint address)
    {
        _address = address;
        _all = Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(Run)));
    }

    /// <summary>Returns when so many requests were answered.</summary>
    public async Task Answered(int count)
    {
        while (Volatile.Read(ref _answered) < count)
        {
            if (_all.IsCompleted)
                throw new InvalidOperationException($"the server went away after {_answered} requests; {_failed} failed");
            await Task.Yield();
        }
    }

    /// <summary>How many requests were not answered whole, when the server accepts no more.</summary>
    public async Task<int> Failed()
    {
        await _all.WaitAsync(OrbRun.Limit);
        return _failed;
    }

    private async Task Run()
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(_address);
            }
            catch (SocketException)
            {
                // It does not accept any more: nothing was asked.
                return;
            }
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            try
            {
                while (await Ask(stream, reader))
                    Interlocked.Increment(ref _answered);
                Interlocked.Increment(ref _answered);
            }
            catch (IOException)
            {
                Interlocked.Increment(ref _failed);
                return;
            }
        }
    }

    /// <returns>Whether the connection stays open.</returns>
    private static async Task<bool> Ask(NetworkStream stream, StreamReader reader)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var isOpen = true;
        while (await reader.ReadLineAsync() is { } line)
        {
            isOpen &= line != "Connection: close";
            if (line.Length > 0)
                continue;
            if (await reader.ReadBlockAsync(new char[2]) == 2)
                return isOpen;
            break;
        }
        throw new IOException("cut off");
    }
}
