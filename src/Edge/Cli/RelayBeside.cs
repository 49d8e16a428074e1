using Edge.Foundation.Configuration;
using Edge.Io.Derp;
using Edge.Node.Tailnet;
using Edge.Orb;
using Edge.Protocols.Derp;
using Edge.Relay;

namespace Edge.Cli;

/// <summary>The relay that runs beside a server: what the flags and the networks' `derp` blocks come to.</summary>
internal static class RelayBeside
{
    /// <summary>Null: none is wanted.</summary>
    /// <param name="configuration">Of the server.</param>
    /// <param name="port">Of the flags, which have the last word; null: none is asked for by them.</param>
    /// <param name="services">The server's.</param>
    /// <param name="mesh">The caller's, to dispose after the relay; null: there is no mesh.</param>
    /// <exception cref="OrbException">The configuration contradicts itself.</exception>
    public static RelayServerOptions? Options(EdgeServer configuration, int? port, OrbServices services, out MeshKey? mesh)
    {
        mesh = null;
        var (name, derp) = Find(configuration, isAsked: port is not null);
        if (derp is null)
            return port is { } alone ? DerpCommand.Beside(alone, services) : null;
        if (derp.MeshKey is { } secret && !MeshKey.TryParse(secret.Reveal(), out mesh))
            throw Wrong(name, "its `meshKey` is no key", "It has 64 hexadecimal digits: `openssl rand -hex 32`.");
        if (mesh is null && !derp.MeshWith.IsEmpty)
            throw Wrong(name, "`meshWith` takes a `meshKey`", "Give the key that the region's relays share.");
        var options = DerpCommand.Beside(port ?? derp.ServerPort, services) with
        {
            StunPort = derp.StunPort,
            Mesh = mesh,
            MeshWith = [.. derp.MeshWith.Select(NodeOf)],
        };
        if (!derp.VerifyClients)
            return options;
        if (services.Networks?.Find(name) is not TailnetNetwork network)
            throw Wrong(name, "`verifyClients` admits the nodes of a tailnet, and this process is no node of it", "Say `direct = true`, or `verifyClients = false` for a relay that is open to all.");
        // Its clients are known: what they may send is the tailnet's affair.
        return options with { Admission = new NetmapAdmission(() => network.Map, services.Time), ClientRate = 0, TotalRate = 0 };
    }

    private static (string Name, Derp? Derp) Find(EdgeServer configuration, bool isAsked)
    {
        (string Name, Derp? Derp) found = ("", null);
        foreach (var (name, network) in configuration.Networks)
        {
            if (network.Tailscale is not { } tailscale || !(tailscale.Derp.Server || (isAsked && tailscale.Direct)))
                continue;
            if (found.Derp is { Server: true } && tailscale.Derp.Server)
                throw Wrong(name, $"the network `{found.Name}` has a relay already", "One process runs one relay: say `derp { server = true }` in one network.");
            if (found.Derp is null || tailscale.Derp.Server)
                found = (name, tailscale.Derp);
        }
        return found;
    }

    private static DerpNode NodeOf(Uri url) => new() { HostName = url.IdnHost.Trim('[', ']'), Port = url.IsDefaultPort ? 443 : url.Port };

    private static OrbException Wrong(string network, string what, string help) => new($"the relay of the network `{network}`: {what}", help, isConfiguration: true);
}
