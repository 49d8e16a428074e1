using System.Collections.Immutable;

namespace Edge.Config.Evaluation;

// The collection values on one page. All are immutable and keep insertion order.

/// <summary><c>List(...)</c></summary>
internal sealed class ListValue(ImmutableArray<Value> items) : Value
{
    public static readonly ListValue Empty = new([]);

    public ImmutableArray<Value> Items { get; } = items;

    public override bool HoldsEnvironment { get; } = AnyHoldsEnvironment(items.AsSpan());

    internal static bool AnyHoldsEnvironment(ReadOnlySpan<Value> items)
    {
        foreach (var item in items)
            if (item.HoldsEnvironment)
                return true;
        return false;
    }

    public override bool Equals(object? obj)
    {
        GuardDepth();
        return obj is ListValue other && Items.SequenceEqual(other.Items);
    }

    public override int GetHashCode()
    {
        GuardDepth();
        var hash = new HashCode();
        foreach (var item in Items) hash.Add(item);
        return hash.ToHashCode();
    }
}

/// <summary><c>Set(...)</c>: equal regardless of order.</summary>
internal sealed class SetValue : Value
{
    public static readonly SetValue Empty = new([]);

    private readonly HashSet<Value> _index;

    public SetValue(IEnumerable<Value> items)
    {
        var ordered = ImmutableArray.CreateBuilder<Value>();
        _index = [];
        foreach (var item in items)
            if (_index.Add(item))
                ordered.Add(item);
        Items = ordered.ToImmutable();
        HoldsEnvironment = ListValue.AnyHoldsEnvironment(Items.AsSpan());
    }

    public override bool HoldsEnvironment { get; }

    /// <summary>Distinct, in order of first insertion.</summary>
    public ImmutableArray<Value> Items { get; }

    public bool Contains(Value item) => _index.Contains(item);

    public override bool Equals(object? obj)
    {
        GuardDepth();
        return obj is SetValue other && _index.SetEquals(other._index);
    }

    public override int GetHashCode()
    {
        GuardDepth();
        return Items.Aggregate(0, (hash, item) => hash + item.GetHashCode());
    }
}

/// <summary><c>Map(...)</c>: equal regardless of order.</summary>
internal sealed class MapValue : Value
{
    public static readonly MapValue Empty = new([]);

    private readonly Dictionary<Value, int> _index = [];

    /// <summary>A repeated key keeps its first place and takes the last value.</summary>
    public MapValue(IEnumerable<KeyValuePair<Value, Value>> entries)
    {
        var ordered = ImmutableArray.CreateBuilder<KeyValuePair<Value, Value>>();
        foreach (var entry in entries)
        {
            HoldsEnvironment |= entry.Key.HoldsEnvironment || entry.Value.HoldsEnvironment;
            if (_index.TryAdd(entry.Key, ordered.Count))
                ordered.Add(entry);
            else
                ordered[_index[entry.Key]] = new(ordered[_index[entry.Key]].Key, entry.Value);
        }
        Entries = ordered.ToImmutable();
    }

    public override bool HoldsEnvironment { get; }

    public ImmutableArray<KeyValuePair<Value, Value>> Entries { get; }

    public Value? Find(Value key) => _index.TryGetValue(key, out var at) ? Entries[at].Value : null;

    public override bool Equals(object? obj)
    {
        GuardDepth();
        return obj is MapValue other
            && Entries.Length == other.Entries.Length
            && Entries.All(entry => other.Find(entry.Key) is { } value && entry.Value.Equals(value));
    }

    public override int GetHashCode()
    {
        GuardDepth();
        return Entries.Aggregate(0, (hash, entry) => hash + HashCode.Combine(entry.Key, entry.Value));
    }
}

/// <summary><c>Pair(first, second)</c></summary>
internal sealed class PairValue(Value first, Value second) : Value
{
    public Value First { get; } = first;

    public Value Second { get; } = second;

    public override bool HoldsEnvironment { get; } = first.HoldsEnvironment || second.HoldsEnvironment;

    public override bool Equals(object? obj)
    {
        GuardDepth();
        return obj is PairValue other && First.Equals(other.First) && Second.Equals(other.Second);
    }

    public override int GetHashCode()
    {
        GuardDepth();
        return HashCode.Combine(First, Second);
    }
}

/// <summary><c>IntSeq(start, end).step(step)</c>: equal if the same numbers come of it; <paramref name="step"/> is not zero.</summary>
internal sealed class IntSeqValue(long start, long end, long step) : Value
{
    public long Start { get; } = start;

    /// <summary>The inclusive bound; the last number is the last that does not pass it.</summary>
    public long End { get; } = end;

    public long Step { get; } = step;

    public bool IsEmpty => Step > 0 ? Start > End : Start < End;

    // In Int128, because the distance of two longs is more than a long.
    private long Last => (long)(End - ((Int128)End - Start) % Step);

    public IEnumerable<long> Numbers()
    {
        if (IsEmpty) yield break;
        var last = Last;
        for (var number = Start; ; number += Step)
        {
            yield return number;
            if (number == last) yield break;
        }
    }

    public override bool Equals(object? obj) =>
        obj is IntSeqValue other
        && (IsEmpty ? other.IsEmpty : !other.IsEmpty && Start == other.Start && Last == other.Last && Step == other.Step);

    public override int GetHashCode() => IsEmpty ? 1 : HashCode.Combine(Start, Last, Step);
}
