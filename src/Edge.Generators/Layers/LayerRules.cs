using System.Collections.Immutable;

namespace Edge.Generators.Layers;

/// <summary>A mistake in layers.txt, at a zero-based line.</summary>
internal readonly record struct LayerFault(int Line, string Message);

/// <summary>A layer of the house. A blind layer's rooms may not use each other.</summary>
internal sealed record Layer(int Number, bool IsBlind, string Title);

/// <summary>One `uses` entry: a room by name, at the line that lists it.</summary>
internal readonly record struct RoomUse(string Room, int Line);

/// <summary>
/// A namespace below Edge. Rooms and bans are numbered, so that what a symbol touches and what a room may touch are bit sets.
/// </summary>
internal sealed class Room(string name, Layer layer, int number, int line)
{
    public string Name { get; } = name;

    public string Namespace { get; } = "Edge." + name;

    public Layer Layer { get; } = layer;

    public int Number { get; } = number;

    public int Line { get; } = line;

    public List<RoomUse> Uses { get; } = [];

    /// <summary>Rooms to whose partial types files in this room's folder may add: their code is held to this room's rules.</summary>
    public List<RoomUse> Extends { get; } = [];

    /// <summary>Itself and the rooms it uses, by number.</summary>
    public ulong MayUse { get; set; } = 1UL << number;

    /// <summary>The bans that hold here, by number.</summary>
    public ulong Bans { get; set; }
}

/// <summary>APIs that some rooms may not use, for one reason.</summary>
internal sealed class Ban(string name, int number, int line, string reason)
{
    public string Name { get; } = name;

    public int Number { get; } = number;

    public int Line { get; } = line;

    public string Reason { get; } = reason;

    /// <summary>The entries below the ban as written, with their lines: for the test that each names something.</summary>
    public List<(string Entry, int Line)> Entries { get; } = [];
}

/// <summary>What layers.txt says, checked: every name resolves, no use goes up, sideways between blind rooms, or in a circle.</summary>
internal sealed class LayerRules
{
    /// <summary>Rooms and bans are bits of one <see cref="ulong"/> each.</summary>
    public const int MaximumCount = 64;

    /// <summary>The language's own constructs that a ban may list.</summary>
    public static readonly ImmutableArray<string> Keywords = ["async", "await", "lock", "closure", "static-state"];

    public List<Room> Rooms { get; } = [];

    public List<Ban> Bans { get; } = [];

    public List<LayerFault> Faults { get; } = [];

    /// <summary>Rooms by namespace: "Edge.Protocols.Disco".</summary>
    public Dictionary<string, Room> RoomsByNamespace { get; } = new(StringComparer.Ordinal);

    public HashSet<string> ForeignNamespaces { get; } = new(StringComparer.Ordinal);

    /// <summary>The bans that list a dotted name or keyword. A constructor is "TYPE..ctor".</summary>
    public Dictionary<string, ulong> Banned { get; } = new(StringComparer.Ordinal);

    /// <summary>The bans that list a dotted name under `but`.</summary>
    public Dictionary<string, ulong> Exempt { get; } = new(StringComparer.Ordinal);

    /// <summary>The room that a namespace belongs to: its own or the nearest above it that is listed.</summary>
    public Room? RoomOf(string @namespace)
    {
        while (true)
        {
            if (RoomsByNamespace.TryGetValue(@namespace, out var room))
                return room;
            var dot = @namespace.LastIndexOf('.');
            if (dot < 0)
                return null;
            @namespace = @namespace.Substring(0, dot);
        }
    }

    public ulong BansOf(string name) => Banned.TryGetValue(name, out var bans) ? bans : 0;

    public ulong ExemptionsOf(string name) => Exempt.TryGetValue(name, out var bans) ? bans : 0;
}
