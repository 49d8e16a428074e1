namespace Edge.Foundation.Netmap;

/// <summary>What the policy lets a node do, by name.</summary>
/// <param name="Items">In the ordinal order of their names, each name once.</param>
internal readonly record struct Capabilities(ValueList<NodeCapability> Items)
{
    public bool Has(string name) => Find(name, out _);

    /// <summary>False: the node has no such capability.</summary>
    /// <param name="name">Compared ordinally.</param>
    /// <param name="values">Its arguments, each the text of a JSON value.</param>
    public bool Find(string name, out ValueList<string> values)
    {
        var items = Items.Span;
        var (low, high) = (0, items.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            switch (string.CompareOrdinal(items[middle].Name, name))
            {
                case 0:
                    values = items[middle].Values;
                    return true;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }
        values = default;
        return false;
    }
}
