using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Edge.Tests.Cli;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary><c>edge tun derp</c> as a process, on loopback and free ports.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly JsonDocument _map;
    private readonly Task<string> _error;

    private RelayProcess(Process process, JsonDocument map, Task<string> error, string admin) => (_process, _map, _error, Admin) = (process, map, error, admin);

    /// <summary>The address of its admin interface.</summary>
    public string Admin { get; }

    /// <summary>The relay in the map that it printed.</summary>
    public JsonElement Node => _map.RootElement.GetProperty("Regions").GetProperty("900").GetProperty("Nodes")[0];

    /// <param name="program">The executable.</param>
    /// <param name="folder">For its state.</param>
    public static async Task<RelayProcess> Start(string program, TemporaryFolder folder)
    {
        var admin = $"unix:{folder.Path}/admin.sock";
        var start = new ProcessStartInfo(program, ["tun", "derp", "--host", "127.0.0.1", "--port", "0", "--stun-port", "0", "--state", folder.Path, "--admin", admin, "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = "";
        // The document ends with the only brace that stands alone at the left.
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(OrbRun.Limit) is { } line)
        {
            text += line + "\n";
            if (line == "}")
                break;
        }
        return new RelayProcess(process, JsonDocument.Parse(text), error, admin);
    }

    /// <summary>Asks it to end.</summary>
    public async Task<(int ExitCode, string Error)> End()
    {
        EdgeProcess.Signal(_process, PosixSignal.SIGTERM);
        await _process.WaitForExitAsync().WaitAsync(OrbRun.Limit);
        return (_process.ExitCode, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _map.Dispose();
    }
}
