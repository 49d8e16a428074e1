using System.Collections;
using System.Runtime.CompilerServices;

namespace Edge.Foundation.Netmap;

/// <summary>An immutable list that is compared by what it holds, so that records made of such lists are values. The default is empty.</summary>
[CollectionBuilder(typeof(ValueLists), nameof(ValueLists.Create))]
internal readonly struct ValueList<T>(T[]? items) : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[]? _items = items;

    public static ValueList<T> Empty => default;

    public int Count => _items?.Length ?? 0;

    public bool IsEmpty => Count == 0;

    /// <summary>Not even an empty list was given. It is equal to one all the same.</summary>
    public bool IsDefault => _items is null;

    public ReadOnlySpan<T> Span => _items;

    public T this[int index] => Span[index];

    public static bool operator ==(ValueList<T> a, ValueList<T> b) => a.Equals(b);

    public static bool operator !=(ValueList<T> a, ValueList<T> b) => !a.Equals(b);

    public bool Contains(T item)
    {
        foreach (var own in Span)
        {
            if (EqualityComparer<T>.Default.Equals(own, item)) return true;
        }
        return false;
    }

    /// <summary>The same items in the same order.</summary>
    public bool Equals(ValueList<T> other)
    {
        if (ReferenceEquals(_items, other._items)) return true;
        if (Count != other.Count) return false;
        for (var i = 0; i < Count; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(_items![i], other._items![i])) return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in Span)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public ReadOnlySpan<T>.Enumerator GetEnumerator() => Span.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? []).GetEnumerator();
}
