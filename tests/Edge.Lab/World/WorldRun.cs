namespace Edge.Lab.World;

/// <summary>Runs a scenario with a seed; one that fails says its seed and leaves a capture of all datagrams, from a second run that is the same.</summary>
internal static class WorldRun
{
    /// <param name="name">Of the scenario, for the file.</param>
    /// <param name="seed">Decides everything.</param>
    /// <param name="folder">Where the capture of a failing run is left.</param>
    /// <param name="scenario">Throws when something is wrong. It is given the network, whose world is new.</param>
    /// <returns>The network after the run.</returns>
    /// <exception cref="WorldException">The scenario threw: the message has the seed and the capture's path.</exception>
    public static Network Of(string name, ulong seed, string folder, Action<Network> scenario)
    {
        var network = new Network(new World(seed), capture: null);
        try
        {
            scenario(network);
            return network;
        }
        catch (Exception e)
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"{name}-{seed}.pcap");
            using (var capture = new PcapWriter(path))
            {
                try
                {
                    scenario(new Network(new World(seed), capture));
                }
                catch (Exception again) when (again.GetType() == e.GetType())
                {
                    // The same failure: now it is on file.
                }
            }
            throw new WorldException($"{name}, seed {seed}, at {network.World.Now}: {e.Message}\nall datagrams: {path}", e);
        }
    }
}
