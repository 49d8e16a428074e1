using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Edge.Config;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;
using Tls = Edge.Io.Tls;

namespace Edge.Cli;

/// <summary>`edge fetch`: joins a network, fetches one URL through it, and leaves.</summary>
internal sealed class FetchCommand : EdgeCommand
{
    private const int DefaultLimit = 60;
    private const int BufferSize = 64 * 1024;

    // A peer may hear of this node a moment after this node heard of it: what it drops until then is tried again.
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(250);

    private readonly Argument<string?> _url = new("URL") { Description = "What to fetch: http://HOST[:PORT]/PATH, or https", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _config = new("--config") { Description = "The configuration whose network is used", HelpName = "FILE" };
    private readonly Option<string?> _network = new("--network") { Description = "With --config: which of its networks", HelpName = "NAME" };
    private readonly NodeFlags _node = new();
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Take any certificate: the tunnel is encrypted already" };
    private readonly Option<string?> _limit = new("--max-time") { Description = "How long it may take in all; 60 by default", HelpName = "SECONDS" };
    private readonly Option<bool> _verbose = new("-v", "--verbose") { Description = "Say the path, and the time of each phase" };

    public FetchCommand()
        : base("fetch", "Join a network, fetch one URL through it, leave")
    {
        Arguments.Add(_url);
        foreach (var option in (IEnumerable<Option>)[_config, _network, .. _node.Options, _insecure, _limit, _verbose])
            Options.Add(option);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "fetch URL [--tailscale-auth-key KEY] [--control-url URL] [--hostname NAME] [--state DIR] [--insecure] [--max-time SECONDS] [-v]",
        "fetch URL --config FILE [--network NAME] [--insecure] [--max-time SECONDS] [-v]",
    ];

    public override string Details =>
        """
        The body goes to standard output, all else to standard error. Without `--state` the node is one that nobody keeps: it leaves the
        tailnet at the end. Without a key it prints a URL and waits until somebody has opened it.
        exit codes: 0 fetched, 1 failed or a status from 400 on, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        if (line.GetValue(_url) is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            return terminal.Refuse("URL is missing, or is none that can be fetched", "Write it whole: `http://web.tail0.ts.net/`.");
        if (!int.TryParse(line.GetValue(_limit) ?? DefaultLimit.ToString(CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is 0 or > 86_400)
            return terminal.Refuse("`--max-time` wants seconds, 1 to 86400", "`edge help fetch` says how it is used.");
        if (Find(line, terminal) is not { } network)
            return ExitCode.WrongUsage;
        using var logs = new Logs(new StandardStream(2), LogLevel.Warning, isJson: false, TimeProvider.System);
        using var signals = new StopSignals(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(signals.First);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        var fetching = new Fetching(terminal, line.GetValue(_verbose));
        await using var networks = new NetworkSet([network], new NetworkOptions
        {
            Logs = logs,
            Resolver = new SystemResolver(),
            Time = TimeProvider.System,
            StateDirectory = StateDirectory.Find(Environment.GetEnvironmentVariable).Path,
            Version = Build.Version,
            Changed = fetching.Changed,
        });
        try
        {
            return await fetching.Run(networks, url, line.GetValue(_insecure), limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            terminal.Fail(signals.First.IsCancellationRequested ? "stopped" : $"not fetched within {seconds} s: {fetching.Waiting}", "Give more time with `--max-time`, or look at each step with `-v`.");
            return ExitCode.Failed;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            terminal.Fail((failure as HttpRequestException)?.InnerException?.Message ?? failure.Message, "`-v` shows each step.");
            return ExitCode.Failed;
        }
        finally
        {
            await networks.Leave(limit.Token);
        }
    }

    private KeyValuePair<string, Network>? Find(ParseResult line, Terminal terminal)
    {
        var configuration = new EdgeServer();
        if (line.GetValue(_config) is { } file)
        {
            var result = ConfigurationLoader.Load(file, new LoadOptions { Trace = terminal.Error.WriteLine, WireGuardFiles = WireGuardFiles.Read });
            if (result.Configuration is not { } loaded)
            {
                new CheckReport(file, json: false, terminal).Write(result.Errors);
                return null;
            }
            configuration = loaded;
        }
        var name = line.GetValue(_network);
        List<KeyValuePair<string, Network>> found = [.. configuration.Networks.Where(network => name is null || network.Key == name)];
        if (found.Count != 1 && configuration.Networks.Length > 0)
        {
            terminal.Refuse(name is null ? "the configuration has several networks" : $"the configuration has no network `{name}`", "Say which with `--network NAME`.");
            return null;
        }
        configuration = configuration with { Networks = [.. found] };
        if (!_node.TryApply(line, isDirect: found.TrueForAll(static network => network.Value.Tailscale is not null), ref configuration, Environment.GetEnvironmentVariable, terminal))
            return null;
        var network = configuration.Networks[0];
        // A running server has the configuration's keys: two nodes of one key would take each other's packets.
        if (network.Value.Tailscale is { } tailscale && !_node.HasState(line))
            network = KeyValuePair.Create(network.Key, network.Value with { Tailscale = tailscale with { StateDir = StateDirectory.Memory, Ephemeral = true } });
        // It dials by itself, and needs nothing of the host's.
        if (network.Value.Tailscale is { DataPlane.Tun: true } other)
            network = KeyValuePair.Create(network.Key, network.Value with { Tailscale = other with { DataPlane = other.DataPlane with { Tun = false } } });
        return network;
    }

    /// <summary>One fetch, step by step.</summary>
    private sealed class Fetching(Terminal terminal, bool isVerbose)
    {
        private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _last = Stopwatch.GetTimestamp();

        /// <summary>What is waited for.</summary>
        public string Waiting { get; private set; } = "the network is starting";

        public void Changed(string network, string? reason)
        {
            if (reason is null)
                _up.TrySetResult();
            else
                Waiting = $"the network `{network}`: {reason}";
        }

        public async Task<int> Run(NetworkSet networks, Uri url, bool isInsecure, CancellationToken cancellation)
        {
            var node = networks.Nodes[0];
            await networks.Start();
            await WaitUntilUp(node, cancellation);
            var name = (node as TailnetNetwork)?.Map?.Self.Name.TrimEnd('.') ?? node.Network.Name;
            Say($"up as {name}, own addresses {string.Join(", ", node.Network.Addresses)}");
            using var http = new HttpMessageInvoker(Handler(networks, node, url, isInsecure));
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.UserAgent.ParseAdd($"edge/{Build.Version}");
            Waiting = $"{url.Authority} does not answer";
            using var response = await http.SendAsync(request, cancellation);
            Say($"{(int)response.StatusCode} {response.ReasonPhrase}: the answer's head");
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            await using var output = new StandardStream(1);
            var buffer = new byte[BufferSize];
            long bytes = 0;
            while (await body.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), cancellation);
                bytes += read;
            }
            Say(string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"));
            await SayPath(node, url.IdnHost, cancellation);
            if ((int)response.StatusCode < 400)
                return ExitCode.Done;
            terminal.Fail($"{url} answers {(int)response.StatusCode} {response.ReasonPhrase}", "The body is on standard output.");
            return ExitCode.Failed;
        }

        private async Task WaitUntilUp(INetworkNode node, CancellationToken cancellation)
        {
            var said = "";
            while (!_up.Task.IsCompleted)
            {
                if (node is TailnetNetwork { Standing: { IsRefused: true, Reason: { } reason } })
                    throw new IOException(reason);
                if (isVerbose && said != Waiting)
                    terminal.Error.WriteLine($"* {said = Waiting}");
                await Task.WhenAny(_up.Task, Task.Delay(50, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
        }

        private SocketsHttpHandler Handler(NetworkSet networks, INetworkNode node, Uri url, bool isInsecure)
        {
            var dialler = networks.DiallerOf(node);
            var handler = new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectCallback = async (context, cancellation) =>
                {
                    var stream = await Dial(dialler, url.IdnHost.Trim('[', ']'), url.Port, cancellation);
                    Say($"connected to {url.IdnHost}:{url.Port}");
                    return stream;
                },
                PlaintextStreamFilter = (context, _) =>
                {
                    if (url.Scheme == Uri.UriSchemeHttps)
                        Say("TLS");
                    return ValueTask.FromResult(context.PlaintextStream);
                },
            };
            if (url.Scheme != Uri.UriSchemeHttps)
                return handler;
            handler.SslOptions = Tls.ClientOf(url.IdnHost, isInsecure ? [] : CaBundle.Roots().Value);
#pragma warning disable CA5359 // Accepting every certificate is what `--insecure` asks for.
            if (isInsecure)
                handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return handler;
        }

        private async Task<Stream> Dial(IDialler dialler, string host, int port, CancellationToken cancellation)
        {
            while (true)
            {
                try
                {
                    return await dialler.Dial(host, port, cancellation);
                }
                catch (DialException failure) when (failure.Fault == DialFault.TimedOut)
                {
                    Waiting = failure.Message;
                }
                await Task.Delay(s_again, cancellation);
            }
        }

        private async Task SayPath(INetworkNode node, string host, CancellationToken cancellation)
        {
            if (!isVerbose || node is not TailnetNetwork { Map: { } map } tailnet)
                return;
            if (!IpAddress.TryParse(host.Trim('[', ']'), out var address))
            {
                if (await tailnet.Resolver.Find(host, cancellation) is not { Count: > 0 } addresses)
                    return;
                address = IpAddress.Of(addresses[0]);
            }
            var peer = (await tailnet.Status()).Peers.FirstOrDefault(peer => peer.Node.Id == (map.FindPeer(address)?.Id ?? default));
            var path = peer switch
            {
                { Path: PathKind.Direct } => string.Create(CultureInfo.InvariantCulture, $"direct, {peer.Endpoint}, {peer.Latency?.TotalMilliseconds:0.0} ms there and back"),
                { Path: PathKind.Relay } => $"by the relay {RelayOf(map, peer.Node)}",
                _ => "unknown",
            };
            terminal.Error.WriteLine($"* path: {path}");
        }

        private static string RelayOf(NetworkMap map, TailnetNode peer) =>
            map.Relays.Find(peer.HomeRegion) is { } region ? TailnetNetwork.Describe(region) : "of a region that is not in the map";

        private void Say(string what)
        {
            var before = _last;
            _last = Stopwatch.GetTimestamp();
            if (isVerbose)
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"* {Stopwatch.GetElapsedTime(before, _last).TotalMilliseconds,8:0.0} ms  {what}"));
        }
    }
}
