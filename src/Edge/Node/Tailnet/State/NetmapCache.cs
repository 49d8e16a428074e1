using System.Buffers;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;

namespace Edge.Node.Tailnet.State;

/// <summary>The last netmap, for a start while the control server is down. It is what the server told this node, and as secret.</summary>
internal static class NetmapCache
{
    /// <summary>Of the piece in the store.</summary>
    public const string Name = "netmap.json";

    /// <exception cref="IOException">It could not be kept.</exception>
    public static void Save(IStateStore store, NetworkMap map)
    {
        var json = new ArrayBufferWriter<byte>(64 * 1024);
        ControlJsonWriter.Write(json, map);
        store.Write(Name, json.WrittenSpan);
    }

    /// <summary>Null: there is none, or none that can be read, which then is kept aside and said.</summary>
    /// <param name="store">Where.</param>
    /// <param name="warning">To be told to people; null: nothing.</param>
    /// <exception cref="IOException">It cannot be read at all.</exception>
    public static NetworkMap? Load(IStateStore store, out string? warning)
    {
        warning = null;
        if (store.Read(Name) is not { } content) return null;
        if (new ControlJsonReader().TryReadMap(content, out var message, out var fault) && new NetmapState().Apply(message, default) is { } map)
            return map;
        warning = $"the kept netmap cannot be read ({fault ?? "it does not say who this node is"}): the file is now {store.SetAside(Name)}, and the node waits for the control server";
        return null;
    }
}
