using System.Globalization;
using System.Runtime.Versioning;

// Namespaces, TUN devices and modes of files.
[assembly: SupportedOSPlatform("linux")]

namespace Edge.Interop;

/// <summary>
/// Two network namespaces joined by a cable: <c>10.9.0.1</c> and <c>fd99::1</c> in A, <c>.2</c> and <c>::2</c> in B. All that was started in
/// them ends, and they are removed, with the lab.
/// </summary>
internal sealed class Lab : IAsyncDisposable
{
    private static int s_count;

    private readonly List<IAsyncDisposable> _started = [];

    private Lab(string name)
    {
        A = new Side(name + "a", this, 1);
        B = new Side(name + "b", this, 2);
        Folder = Directory.CreateTempSubdirectory("edge-interop-").FullName;
    }

    public Side A { get; }

    public Side B { get; }

    /// <summary>For configurations, sockets and captures.</summary>
    public string Folder { get; }

    public static async Task<Lab> Create()
    {
        var lab = new Lab(string.Create(CultureInfo.InvariantCulture, $"e{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}"));
        try
        {
            foreach (var side in (Side[])[lab.A, lab.B])
                await Tools.Run("ip", "netns", "add", side.Name);
            await Tools.Run("ip", "link", "add", "eth0", "netns", lab.A.Name, "type", "veth", "peer", "name", "eth0", "netns", lab.B.Name);
            foreach (var side in (Side[])[lab.A, lab.B])
            {
                await side.Ip("addr", "add", $"{side.Address(isV4: true)}/24", "dev", "eth0");
                await side.Ip("addr", "add", $"{side.Address(isV4: false)}/64", "dev", "eth0", "nodad");
                // No link-local address: it would turn up some time later, when its duplicates were looked for.
                await side.Ip("link", "set", "eth0", "addrgenmode", "none");
                await side.Ip("link", "set", "lo", "up");
                await side.Ip("link", "set", "eth0", "up");
            }
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public T Own<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Add(started);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
            await _started[i].DisposeAsync();
        foreach (var side in (Side[])[A, B])
            await Tools.Try("ip", "netns", "del", side.Name);
        Directory.Delete(Folder, recursive: true);
    }
}
