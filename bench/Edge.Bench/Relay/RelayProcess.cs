using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Edge.Interop;
using Edge.Io.Derp;

namespace Edge.Bench.Relay;

/// <summary>A relay as a process, pinned to the first processor.</summary>
internal sealed partial class RelayProcess : IAsyncDisposable
{
    private readonly RunningProgram _program;
    private readonly string _folder;

    private RelayProcess(RunningProgram program, string folder, DerpNode node) => (_program, _folder, Node) = (program, folder, node);

    public DerpNode Node { get; }

    /// <summary>VmRSS of proc(5).</summary>
    public double ResidentBytes => 1024.0 * Tools.ResidentKiB(_program.Id);

    /// <summary>User and system time of proc(5), stat, in ticks of 10 ms.</summary>
    public double ProcessorSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_program.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
        }
    }

    public static Task<RelayProcess> StartEdge(string edge) => Start((port, folder) =>
        [edge, "tun", "derp", "--host", "127.0.0.1", "--port", port, "--state", folder, "--client-rate", "0", "--total-rate", "0", "--admin", $"unix:{folder}/admin.sock"]);

    public static Task<RelayProcess> StartDerper(string derper) => Start((port, folder) =>
        [derper, "-c", $"{folder}/key", "-hostname", "127.0.0.1", "-certmode", "manual", "-certdir", folder, "-a", $"127.0.0.1:{port}", "-http-port", "-1", "-stun=false"]);

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<RelayProcess> Start(Func<string, string, string[]> command)
    {
        var folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        var program = new RunningProgram(["taskset", "-c", "0", .. command(port.ToString(CultureInfo.InvariantCulture), folder)]);
        await program.Printed("sha256-raw:");
        await Tools.Until(async () => await Accepts(port), "the relay listens");
        return new RelayProcess(program, folder, new DerpNode { HostName = "127.0.0.1", Port = port, CertName = Pin().Match(program.Output).Value });
    }

    private static async Task<bool> Accepts(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex("sha256-raw:[0-9a-f]{64}")]
    private static partial Regex Pin();
}
