using System.Diagnostics;
using System.Text.RegularExpressions;
using Edge.Io.Derp;
using Edge.Tests.Cli;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>Tailscale's derper on loopback, with a certificate that it makes itself. <c>PEERS</c> names the folder that has it.</summary>
internal sealed partial class DerperRun : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _pin = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DerperRun(TemporaryFolder folder, Process process)
    {
        (_folder, _process) = (folder, process);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginErrorReadLine();
    }

    public DerpNode Node { get; private set; } = new() { HostName = "127.0.0.1" };

    /// <param name="meshKey">The region's key; null: no mesh.</param>
    /// <param name="meshWith">The port of another relay on this machine.</param>
    /// <param name="authorities">Whom it trusts.</param>
    /// <param name="bootstrapNames">The names that it tells clients the addresses of.</param>
    public static async Task<DerperRun> Start(string? meshKey = null, int meshWith = 0, string authorities = "/dev/null", string bootstrapNames = "")
    {
        var peers = Environment.GetEnvironmentVariable("PEERS") ?? "";
        Skip.Unless(peers.Length > 0, "PEERS names no folder with derper");
        var program = Path.Combine(peers, "derper");
        Skip.Unless(File.Exists(program), $"{program} is not there");
        var folder = new TemporaryFolder();
        var port = EdgeProcess.FreePort();
        List<string> arguments =
        [
            "-c", Path.Combine(folder.Path, "key"), "-hostname", "127.0.0.1", "-certmode", "manual", "-certdir", folder.Path,
            "-a", $"127.0.0.1:{port}", "-http-port", "-1", "-stun=false",
        ];
        if (meshKey is not null)
            arguments.AddRange(["-mesh-psk-file", folder.Write("mesh", System.Text.Encoding.ASCII.GetBytes(meshKey)), "-mesh-with", $"127.0.0.1:{meshWith}"]);
        if (bootstrapNames.Length > 0)
            arguments.AddRange(["-bootstrap-dns-names", bootstrapNames]);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        start.Environment["SSL_CERT_FILE"] = authorities;
        var run = new DerperRun(folder, Process.Start(start)!);
        run.Node = run.Node with { Port = port, CertName = await run._pin.Task.WaitAsync(OrbRun.Limit) };
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            _pin.TrySetException(new InvalidOperationException("derper ended before it told its certificate's hash"));
        else if (Pin().Match(line) is { Success: true } match)
            _pin.TrySetResult(match.Value);
    }

    [GeneratedRegex("sha256-raw:[0-9a-f]{64}")]
    private static partial Regex Pin();
}
