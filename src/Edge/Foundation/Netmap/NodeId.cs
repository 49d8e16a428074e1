using System.Globalization;

namespace Edge.Foundation.Netmap;

/// <summary>The control server's number for a node; it stays when keys, names and addresses change.</summary>
/// <param name="Value">Of its choosing; 0 occurs.</param>
internal readonly record struct NodeId(long Value) : IComparable<NodeId>
{
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
