using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Lab.Control;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using Edge.Tests.Orb;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Node.Tailnet;

/// <summary>A node in this process that joins the laboratory's control server, set up as a user writes it.</summary>
internal sealed class TailnetRun : IAsyncDisposable
{
    private TailnetRun(TailnetNetwork network, LogLines log) => (Network, Log) = (network, log);

    public TailnetNetwork Network { get; }

    public LogLines Log { get; }

    /// <summary>Starts it.</summary>
    /// <param name="control">Whom it joins.</param>
    /// <param name="name">Of the host.</param>
    /// <param name="more">Further lines of its `tailscale` block.</param>
    public static TailnetRun Start(LabControl control, string name, string more = "")
    {
        var configuration = OrbRun.Load($$"""
            networks { ["lab"] { tailscale { direct = true; hostname = "{{name}}"; controlUrl = "{{control.Url}}"; authKey = "{{control.AddKey()}}"; stateDir = "mem:"; {{more}} } } }
            """);
        var network = configuration.Networks.Single().Value;
        var log = new LogLines();
        var options = new NetworkOptions { Logs = log, Resolver = new SystemResolver(), Time = TimeProvider.System, Roots = new Lazy<X509Certificate2Collection>(() => []) };
        var run = new TailnetRun(new TailnetNetwork("lab", network.Tailscale!, network.Tunnel, options), log);
        run.Network.Start();
        return run;
    }

    /// <summary>The node as its server knows it, when that is so.</summary>
    public static async Task<LabNode> Known(LabControl control, string name, Func<LabNode, bool> expected, CancellationToken cancellation) =>
        (await control.Tailnet.Until(state => state.Find(name) is { } node && expected(node), cancellation)).Find(name)!;

    /// <summary>Waits for a netmap.</summary>
    public async Task<NetworkMap> Map(Func<NetworkMap, bool> expected, CancellationToken cancellation)
    {
        var found = new TaskCompletionSource<NetworkMap>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = Network.Subscribe(map =>
        {
            if (expected(map))
                found.TrySetResult(map);
        });
        return await found.Task.WaitAsync(cancellation);
    }

    public ValueTask DisposeAsync() => Network.DisposeAsync();
}
