using System.Globalization;

namespace Edge.Interop;

/// <summary>A host behind one side of a lab, which no other side has a route to: `.1` of its network is the side's, `.2` its own.</summary>
internal sealed class FarHost : IAsyncDisposable
{
    private readonly string _name;
    private readonly List<RunningProgram> _running = [];

    private FarHost(string name) => _name = name;

    /// <param name="side">Whose neighbour it is.</param>
    /// <param name="network">The first three numbers of its /24.</param>
    public static async Task<FarHost> Create(Side side, string network)
    {
        var host = new FarHost(side.Name + "f");
        try
        {
            await Tools.Run("ip", "netns", "add", host._name);
            await Tools.Run("ip", "link", "add", "far0", "netns", side.Name, "type", "veth", "peer", "name", "eth0", "netns", host._name);
            foreach (var (space, device, number) in ((string, string, int)[])[(side.Name, "far0", 1), (host._name, "eth0", 2)])
            {
                await Tools.Run("ip", "-n", space, "addr", "add", string.Create(CultureInfo.InvariantCulture, $"{network}.{number}/24"), "dev", device);
                await Tools.Run("ip", "-n", space, "link", "set", device, "up");
            }
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program that ends with the host.</summary>
    public RunningProgram Start(params string[] command)
    {
        var program = new RunningProgram(["ip", "netns", "exec", _name, .. command]);
        _running.Add(program);
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _running)
            await program.DisposeAsync();
        await Tools.Try("ip", "netns", "del", _name);
    }
}
