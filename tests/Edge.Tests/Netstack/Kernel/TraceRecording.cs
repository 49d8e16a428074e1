using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Tests.Netstack.Traces;

namespace Edge.Tests.Netstack.Kernel;

/// <summary>Records what Linux's sender does under each script: tests/vectors/tcp-traces. As root, on a machine that is quiet.</summary>
[NotInParallel("kernel TCP")]
public sealed class TraceRecording
{
    private const int TcpCongestion = 13; // linux/tcp.h

    public static IEnumerable<string> Scripts() => TraceScript.All.Select(script => script.Name);

    [Test]
    [Explicit]
    [MethodDataSource(nameof(Scripts))]
    public async Task Record(string name)
    {
        var script = TraceScript.Find(name);
        using var path = new KernelPath(new() { Mtu = TraceScript.Mtu, InitialReceiveWindow = 4 << 20 }, script.Link) { IsPrecise = true };
        // Room for all of it at once, so that nothing but the congestion window holds the sender.
        path.Tun.Configure("ipv4/tcp_wmem", "4096 8000000 16000000");
        var trace = path.Do((stack, _) =>
        {
            stack.Listen(null, 80);
            return script.Watch(path.ToStack);
        });
        Transfer.Reader? reader = null;
        path.On = (happened, now) => (reader ??= new Transfer.Reader(happened.Connection!)).Read(now);
        using var socket = path.Tun.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpCongestion, "cubic"u8);
        await socket.ConnectAsync(new IPEndPoint(Tun.StackV4, 80)).WaitAsync(KernelPath.Limit);
        long sent = 0;
        foreach (var upTo in script.PauseBefore > 0 ? new[] { script.PauseBefore, script.Segments } : [script.Segments])
        {
            var bytes = new byte[upTo * (long)TraceScript.SegmentSize - sent];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = Transfer.At(sent + i);
            for (var left = bytes.AsMemory(); !left.IsEmpty;)
                left = left[await socket.SendAsync(left).AsTask().WaitAsync(KernelPath.Limit)..];
            sent += bytes.Length;
            await Assert.That(await path.Until((_, _) => reader is not null && reader.Count == sent)).IsTrue();
            var watch = Stopwatch.StartNew();
            var pause = upTo == script.Segments ? TimeSpan.FromSeconds(1) : script.Pause;
            await path.Until((_, _) => watch.Elapsed >= pause);
        }
        await Assert.That(reader!.IsRight).IsTrue();
        var text = new StringBuilder($"# Linux {Environment.OSVersion.Version} cubic: {script.Name}, {script.RoundTrip.TotalMilliseconds} ms\n# microseconds first-segment segments copy [x: lost]\n");
        await File.WriteAllTextAsync(Repository.PathOf("tests", "vectors", "tcp-traces", $"{script.Name}.txt"), path.Do((_, _) => text.Append(trace.Write()).ToString()));
    }
}
