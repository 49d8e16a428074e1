namespace Edge.Foundation.Netmap;

/// <summary>What became of one peer between two netmaps.</summary>
/// <param name="Id">Of the peer.</param>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is gone.</param>
internal readonly record struct PeerChange(NodeId Id, TailnetNode? Before, TailnetNode? After);
