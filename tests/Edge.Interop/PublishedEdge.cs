using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>The published executable on one side of a lab.</summary>
internal static class PublishedEdge
{
    public static Task<EdgeSide> Start(Side side, TunnelKeys keys, SideOptions options) => EdgeSide.Start(side, keys, options, Published.Plain());
}
