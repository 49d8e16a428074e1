using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Node.Tailnet.State;
using Edge.Node.Tailnet.State.Kubernetes;
using Edge.Protocols.Disco;
using Settings = Edge.Foundation.Configuration.Tailscale;

namespace Edge.Node.Tailnet;

/// <summary>What a `tailscale` block comes to.</summary>
internal static class TailnetSettings
{
    /// <summary>What a state in a Kubernetes Secret begins with; the Secret's name follows.</summary>
    public const string KubernetesSecret = "kube:";

    // A packet buffer, as `bufferPoolSize` counts them.
    private const int BufferSize = 2 * 1024;

    /// <summary>Where a network's keys and its last netmap are kept.</summary>
    /// <param name="name">The network's.</param>
    /// <param name="settings">Its block.</param>
    /// <param name="options">Of all networks.</param>
    /// <param name="warning">To be told to people; null: nothing.</param>
    /// <returns>The store, and its folder where it has one.</returns>
    /// <exception cref="IOException">It cannot be used.</exception>
    public static (IStateStore Store, string? Folder) OpenStore(string name, Settings settings, NetworkOptions options, out string? warning)
    {
        warning = null;
        if (settings.StateDir == StateDirectory.Memory)
            return (new MemoryStore(), null);
        if (settings.StateDir is { } kept && kept.StartsWith(KubernetesSecret, StringComparison.Ordinal))
        {
            var api = KubernetesStore.Api(Environment.GetEnvironmentVariable);
            return (new KubernetesStore(kept[KubernetesSecret.Length..], api, new PodAccount(PodAccount.StandardFolder), new Dialler(options.Resolver, options.Time, options.Host)), null);
        }
        if (settings.StateDir is { } named)
            return (new FolderStore(named), named);
        if (options.StateDirectory is not { } state)
        {
            warning = $"the node's keys are kept in memory only, and after a restart it is another node: {options.NoStateReason}";
            return (new MemoryStore(), null);
        }
        try
        {
            var folder = Path.Combine(state, "networks", FileNameOf(name));
            Directory.CreateDirectory(state);
            return (new FolderStore(folder), folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            warning = $"the node's keys are kept in memory only, and after a restart it is another node: {failure.Message}";
            return (new MemoryStore(), null);
        }
    }

    /// <summary>Whom the control server's certificate leads to.</summary>
    /// <exception cref="IOException">The file of `controlCa` cannot be used.</exception>
    public static Lazy<X509Certificate2Collection> ControlRoots(Settings settings, NetworkOptions options)
    {
        if (settings.ControlCa is not { } file)
            return options.Roots;
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(file);
            return roots.Count > 0 ? new Lazy<X509Certificate2Collection>(roots) : throw new IOException($"`controlCa` {file} has no PEM certificate in it");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or CryptographicException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"the authority of `controlCa` cannot be read from {file}: {failure.Message}", failure);
        }
    }

    /// <summary>What the node tells about itself.</summary>
    public static HostInfo Host(Settings settings, NetworkOptions options, KeyOf<MachineKind> machine) => new()
    {
        ClientVersion = options.Version,
        // Servers may insist on one; it says no more than the machine key does.
        BackendLogId = Convert.ToHexStringLower(SHA256.HashData(machine.Key.Bytes)),
        Os = "linux",
        OsVersion = Environment.OSVersion.Version.ToString(),
        Container = File.Exists("/.dockerenv") || File.Exists("/run/.containerenv"),
        App = "edge",
        Hostname = HostName(settings),
        Machine = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => "x86_64", Architecture.Arm64 => "aarch64", var other => other.ToString().ToLowerInvariant() },
        GoArchitecture = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => "amd64", Architecture.Arm64 => "arm64", var other => other.ToString().ToLowerInvariant() },
        RoutableIps = [.. Advertised(settings)],
        RequestTags = [.. settings.Tags],
        Userspace = !settings.DataPlane.Tun,
        UserspaceRouter = true,
        NoLogsNoSupport = true,
    };

    /// <summary>What the node offers to route.</summary>
    public static ImmutableArray<IpPrefix> Advertised(Settings settings) => [.. settings.AdvertiseRoutes.Select(static route => new IpPrefix(IpAddress.Of(route.BaseAddress), route.PrefixLength))];

    public static DiscoOptions Disco(Settings settings) => new()
    {
        HeartbeatInterval = settings.Disco.HeartbeatInterval,
        ReprobeInterval = settings.Disco.ReprobeInterval,
        ProbeTimeout = settings.Disco.ProbeTimeout,
        DegradedAfterFailures = settings.Disco.DegradedAfterFailures,
        DegradedTimeout = settings.Disco.DegradedTimeout,
    };

    /// <summary>Bytes that may wait between a relay and the engine.</summary>
    public static int QueueCapacity(Settings settings) => (int)Math.Clamp((long)settings.DataPlane.BufferPoolSize * BufferSize, 128 * 1024, 64 * 1024 * 1024);

    private static string HostName(Settings settings)
    {
        // Of a fully qualified name a tailnet takes the first label anyhow.
        var name = settings.Hostname ?? Environment.MachineName.Split('.')[0];
        return name.Length > 0 ? name : "edge";
    }

    /// <summary>A network's name may be any text; a folder's is not.</summary>
    private static string FileNameOf(string name)
    {
        var isPlain = name is not ("." or "..") && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        return isPlain && name.Length <= 100 ? name : string.Create(CultureInfo.InvariantCulture, $"x-{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))[..16])}");
    }
}
