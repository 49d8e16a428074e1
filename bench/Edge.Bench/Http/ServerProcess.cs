using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Edge.Bench.Http;

/// <summary>A server as a process, with its children, from its start until it is told to end.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ServerProcess(Process process, TimeSpan toFirstResponse)
    {
        _process = process;
        ToFirstResponse = toFirstResponse;
    }

    /// <summary>From just before the process is made until a whole response with status 200 was read.</summary>
    public TimeSpan ToFirstResponse { get; }

    /// <exception cref="InvalidOperationException">It ended, or did not answer in time.</exception>
    public static ServerProcess Start(WebServer server)
    {
        var start = new ProcessStartInfo(server.Program, server.Arguments) { WorkingDirectory = server.Folder, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in server.Environment)
            start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var request = Encoding.ASCII.GetBytes("GET /1k.bin HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n");
        while (true)
        {
            if (Answers(server.Port, request))
                break;
            if (process.HasExited)
                throw new InvalidOperationException($"{server.Name} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            if (Stopwatch.GetElapsedTime(began) > s_limit)
                throw new InvalidOperationException($"{server.Name} does not answer on port {server.Port}");
            // Finer than what is measured, and no whole processor.
            Thread.Sleep(TimeSpan.FromMicroseconds(100));
        }
        var elapsed = Stopwatch.GetElapsedTime(began);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new ServerProcess(process, elapsed);
    }

    /// <summary>What the process and its children have resident, in KiB.</summary>
    public long ResidentKiB() => Family().Sum(Resident);

    public void Dispose()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        if (!_process.WaitForExit(s_limit))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool Answers(int port, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(request);
            var buffer = new byte[4096];
            var first = socket.Receive(buffer);
            var isOk = Encoding.ASCII.GetString(buffer, 0, first).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
            while (socket.Receive(buffer) > 0)
            {
            }
            return isOk;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private IEnumerable<int> Family()
    {
        yield return _process.Id;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(folder) == _process.Id)
                yield return id;
        }
    }

    private static int ParentOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long Resident(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
