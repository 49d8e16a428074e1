using System.Diagnostics;
using Edge.Bench.Http;
using Edge.Interop;
using Edge.Lab.Control;

namespace Edge.Bench.Tailnet;

/// <summary>A server as a process that joins a tailnet, and how long it took.</summary>
/// <param name="ToNetmap">From just before the process is made until the control server has begun to tell the netmap.</param>
/// <param name="ToFirstPage">Until a whole answer with status 200 came through the tunnel; null: none was asked for.</param>
/// <param name="Requests">What the control server was asked, from the start to the netmap, in order.</param>
/// <param name="Later">What it was asked after that.</param>
internal sealed record ColdServer(TimeSpan ToNetmap, TimeSpan? ToFirstPage, IReadOnlyList<LabRequest> Requests, IReadOnlyList<LabRequest> Later)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static int s_count;

    /// <summary>`edge orb`.</summary>
    /// <param name="edge">The executable.</param>
    /// <param name="tailnet">What it joins.</param>
    /// <param name="folder">Has the site.</param>
    /// <param name="hasTls">The page is asked for over https.</param>
    /// <param name="state">Where it keeps its keys; null: nowhere.</param>
    /// <param name="asks">Whether a page is asked for.</param>
    public static async Task<ColdServer> Run(string edge, BenchTailnet tailnet, string folder, bool hasTls, string? state = null, bool asks = true)
    {
        var name = state is null ? $"cold-{++s_count}" : "kept";
        var file = Path.Combine(folder, "tailnet.pkl");
        await File.WriteAllTextAsync(file, Configuration(tailnet, name, hasTls, state ?? "mem:"));
        string[] command = [edge, "orb", "--config", file, "--log-level", "error", "--admin", $"unix:{folder}/cold.sock"];
        return await Run(command, tailnet, name, asks ? new PageRequest("/1k.bin", hasTls) : null, isKept: state is not null);
    }

    /// <summary>A server on tsnet that answers with as many bytes, over http.</summary>
    /// <param name="tshello">The program.</param>
    /// <param name="tailnet">What it joins.</param>
    /// <param name="folder">For what it leaves behind.</param>
    public static Task<ColdServer> RunTsnet(string tshello, BenchTailnet tailnet, string folder)
    {
        var name = $"cold-{++s_count}";
        // Without a folder of its own it keeps its keys nowhere, as edge does.
        string[] command = ["env", $"TMPDIR={folder}", $"HOME={folder}", tshello, "-control", tailnet.Control.Url.ToString(), "-authkey", tailnet.Key, "-hostname", name, "-addr", ":80"];
        return Run(command, tailnet, name, new PageRequest($"/bytes?n={WebServer.SmallSize}", HasTls: false), isKept: false);
    }

    private static async Task<ColdServer> Run(string[] command, BenchTailnet tailnet, string name, PageRequest? page, bool isKept)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var asked = tailnet.Control.Requests.Count;
        var began = Stopwatch.GetTimestamp();
        await using var process = new RunningProgram(command);
        var node = (await tailnet.Control.Tailnet.Until(state => state.Nodes.Values.Any(node => node.Name == name && node.IsOnline), limit.Token)).Find(name)!;
        var toNetmap = Stopwatch.GetElapsedTime(began);
        var first = Of(tailnet, node, asked);
        TimeSpan? toPage = null;
        if (page is not null)
        {
            await page.Get(tailnet.Dialler, await tailnet.Find(name, limit.Token), limit.Token);
            toPage = Stopwatch.GetElapsedTime(began);
        }
        var all = Of(tailnet, node, asked);
        await process.End();
        if (!isKept)
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
}
