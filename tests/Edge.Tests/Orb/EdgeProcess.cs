using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Edge.Tests.Cli;

namespace Edge.Tests.Orb;

/// <summary>`edge orb` as a process of its own, on a port of loopback.</summary>
internal sealed partial class EdgeProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly List<(string Text, TaskCompletionSource Said)> _waiting = [];
    private readonly Task _reading;

    private EdgeProcess(TemporaryFolder folder, Process process, IPEndPoint address)
    {
        (_folder, _process, Address) = (folder, process, address);
        _reading = ReadError();
    }

    public IPEndPoint Address { get; }

    /// <summary>What it has said so far.</summary>
    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    /// <param name="block">What is in the server block.</param>
    /// <param name="arguments">Further arguments.</param>
    public static Task<EdgeProcess> Start(string block, params string[] arguments) => StartOf(CommandRun.Executable, block, arguments);

    public static Task<EdgeProcess> StartOf(string executable, string block, params string[] arguments) => StartOf(executable, new TemporaryFolder(), block, "", arguments);

    /// <param name="executable">Which one.</param>
    /// <param name="folder">Where the configuration is written, and where its relative paths begin; removed at the end. An <c>authorities.pem</c> in it is whom the process trusts.</param>
    /// <param name="block">What is in the server block.</param>
    /// <param name="others">Further server blocks.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<EdgeProcess> StartOf(string executable, TemporaryFolder folder, string block, string others, params string[] arguments)
    {
        // Another process may take the port between the look and the server's own binding: it says so, and the next one is tried.
        for (var attempt = 1; ; attempt++)
        {
            var address = new IPEndPoint(IPAddress.Loopback, FreePort());
            var file = folder.Write("server.pkl", Encoding.UTF8.GetBytes($"servers {{ [\"{address}\"] {{ {block} }}\n{others} }}"));
            var start = new ProcessStartInfo(executable, ["orb", "--config", file, .. arguments]) { RedirectStandardError = true };
            // Its admin socket is its own: servers of one user share the place otherwise.
            start.Environment["TS_STATE_DIR"] = StateOf(folder);
            if (Path.Combine(folder.Path, "authorities.pem") is var authorities && File.Exists(authorities))
                start.Environment["SSL_CERT_FILE"] = authorities;
            var edge = new EdgeProcess(folder, Process.Start(start)!, address);
            if (await edge.Accepts())
                return edge;
            await edge.Exit();
            if (attempt == 5 || !edge.Error.Contains(" is in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"edge ended: {edge.Error}");
        }
    }

    /// <summary>Its state folder.</summary>
    public string State => StateOf(_folder);

    private static string StateOf(TemporaryFolder folder) => Path.Combine(folder.Path, "state");

    /// <summary>A port that was free a moment ago. Outside of the range that clients' ports are taken from, others could take it too.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The body of `/`, as soon as the server answers.</summary>
    public static async Task<string> Get(HttpClient client)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        while (true)
        {
            try
            {
                return await client.GetStringAsync("/", limit.Token);
            }
            catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConnectionError)
            {
                await Task.Yield();
            }
        }
    }

    public HttpClient Client() => new(OrbRun.Handler()) { BaseAddress = new Uri($"http://{Address}"), Timeout = OrbRun.Limit };

    public void Signal(PosixSignal signal) => Signal(_process, signal);

    public static void Signal(Process process, PosixSignal signal)
    {
        var number = signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            _ => 15,
        };
        if (kill(process.Id, number) != 0)
            throw new InvalidOperationException("the process is gone");
    }

    /// <summary>Returns when the log has had a text.</summary>
    public Task Says(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_error)
        {
            if (_error.ToString().Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            _waiting.Add((text, said));
        }
        return said.Task.WaitAsync(OrbRun.Limit);
    }

    /// <summary>The exit code, when it has ended and all that it said was read.</summary>
    public async Task<int> Exit()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await _process.WaitForExitAsync(limit.Token);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>Ready is when it accepts; what it says depends on the level.</summary>
    /// <returns>False when it ended instead.</returns>
    private async Task<bool> Accepts()
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(Address);
                return !_process.HasExited;
            }
            catch (SocketException)
            {
                if (_process.HasExited)
                    return false;
                await Task.Yield();
            }
        }
    }

    private async Task ReadError()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.Append(line).Append('\n');
                foreach (var (_, said) in _waiting.Where(waiting => line.Contains(waiting.Text, StringComparison.Ordinal)))
                    said.TrySetResult();
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
