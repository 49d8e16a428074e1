using System.Diagnostics;
using System.Net.Security;
using System.Text;
using Edge.Foundation.Netmap;
using Edge.Interop;
using Edge.Io;
using Edge.Lab.Control;

namespace Edge.Bench.Tailnet;

/// <summary>`edge orb` as a process that joins a tailnet, and how long it took.</summary>
/// <param name="ToNetmap">From just before the process is made until the control server has begun to tell the netmap.</param>
/// <param name="ToFirstPage">Until a whole answer with status 200 came through the tunnel; null: none was asked for.</param>
/// <param name="Requests">What the control server was asked, from the start to the netmap, in order.</param>
/// <param name="Later">What it was asked after that.</param>
internal sealed record ColdServer(TimeSpan ToNetmap, TimeSpan? ToFirstPage, IReadOnlyList<LabRequest> Requests, IReadOnlyList<LabRequest> Later)
{
    // Who asks does not wait for what was lost while the server was on its way.
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static int s_count;

    /// <param name="edge">The executable.</param>
    /// <param name="tailnet">What it joins.</param>
    /// <param name="folder">Has the site.</param>
    /// <param name="hasTls">The page is asked for over https.</param>
    /// <param name="state">Where it keeps its keys; null: nowhere.</param>
    /// <param name="asks">Whether a page is asked for.</param>
    public static async Task<ColdServer> Run(string edge, BenchTailnet tailnet, string folder, bool hasTls, string? state = null, bool asks = true)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var name = state is null ? $"cold-{++s_count}" : "kept";
        var file = Path.Combine(folder, "tailnet.pkl");
        await File.WriteAllTextAsync(file, Configuration(tailnet, name, hasTls, state ?? "mem:"), limit.Token);
        var asked = tailnet.Control.Requests.Count;
        var began = Stopwatch.GetTimestamp();
        await using var process = new RunningProgram([edge, "orb", "--config", file, "--log-level", "error", "--admin", $"unix:{folder}/cold.sock"]);
        var node = (await tailnet.Control.Tailnet.Until(state => state.Nodes.Values.Any(node => node.Name == name && node.IsOnline), limit.Token)).Find(name)!;
        var toNetmap = Stopwatch.GetElapsedTime(began);
        var first = Of(tailnet, node, asked);
        TimeSpan? toPage = null;
        if (asks)
        {
            await Ask(tailnet.Dialler, await tailnet.Find(name, limit.Token), hasTls, limit.Token);
            toPage = Stopwatch.GetElapsedTime(began);
        }
        var all = Of(tailnet, node, asked);
        await process.End();
        if (state is null)
            tailnet.Control.Tailnet.Remove(node.Id);
        return new ColdServer(toNetmap, toPage, first, [.. all.Skip(first.Count)]);
    }

    // The channels' own requests do not say whose they are: nobody else begins one meanwhile.
    private static IReadOnlyList<LabRequest> Of(BenchTailnet tailnet, LabNode node, int from) =>
        [.. tailnet.Control.Requests.Skip(from).Where(request => request.Machine == node.Machine || request.Kind is LabRequestKind.Key or LabRequestKind.Upgrade)];

    private static string Configuration(BenchTailnet tailnet, string name, bool hasTls, string state) => $$"""
        amends "edge:serve/EdgeServer.pkl"

        networks {
          ["bench"] {
            tailscale {
              direct = true
              controlUrl = "{{tailnet.Control.Url}}"
              authKey = "{{tailnet.Key}}"
              hostname = "{{name}}"
              stateDir = "{{state}}"
            }
          }
        }

        servers {
          ["page"] {
            {{(hasTls ? "tls { certFile = \"./cert.pem\"; keyFile = \"./key.pem\" }" : "")}}
            handler = new StaticFiles { root = "./site" }
          }
        }

        """;

    /// <summary>Asks again and again, without waiting for those that were lost, until one page is there.</summary>
    private static async Task Ask(IDialler dialler, TailnetNode peer, bool hasTls, CancellationToken cancellation)
    {
        using var won = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = new List<Task<bool>>();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            asking.Add(AskOnce(dialler, peer.Addresses[0].Address.ToString(), hasTls, won.Token));
            var pause = Task.Delay(s_again, cancellation);
            while (await Task.WhenAny([.. asking, pause]) is Task<bool> done)
            {
                asking.Remove(done);
                if (!await done) continue;
                await won.CancelAsync();
                await Task.WhenAll(asking);
                return;
            }
        }
    }

    private static async Task<bool> AskOnce(IDialler dialler, string address, bool hasTls, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await dialler.Dial(address, hasTls ? 443 : 80, cancellation);
            if (!hasTls) return await Exchange(stream, cancellation);
#pragma warning disable CA5359 // The server's certificate is its own: what is measured is time.
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "bench.test" }, cancellation);
            return await Exchange(tls, cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> Exchange(Stream stream, CancellationToken cancellation)
    {
        await stream.WriteAsync("GET /1k.bin HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        await stream.FlushAsync(cancellation);
        var buffer = new byte[4096];
        var first = await stream.ReadAsync(buffer, cancellation);
        var isOk = Encoding.ASCII.GetString(buffer, 0, first).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        while (await stream.ReadAsync(buffer, cancellation) > 0)
        {
        }
        return isOk;
    }
}
