using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Edge.Foundation.Netmap;

/// <summary>
/// An immutable map that shares all but the changed path with the map it was made from: a hash trie of 32 ways (Bagwell, "Ideal Hash Trees").
/// Changing one key of n copies log32(n) small arrays; comparing two maps costs what differs between them. Any thread may read it.
/// </summary>
internal sealed partial class PersistentMap<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : struct, IEquatable<TKey>
    where TValue : notnull
{
    /// <summary>Bits of the hash that one level takes.</summary>
    private const int LevelBits = 5;

    private readonly Item? _root;

    private PersistentMap(Item? root, int count) => (_root, Count) = (root, count);

    public static PersistentMap<TKey, TValue> Empty { get; } = new(null, 0);

    public int Count { get; }

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var entry = Find(_root, 0, (uint)key.GetHashCode(), key);
        value = entry is null ? default : entry.Value;
        return entry is not null;
    }

    public Builder ToBuilder() => new(_root, Count);

    /// <summary>In no order that means anything.</summary>
    public Enumerator GetEnumerator() => new(_root);

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Calls <paramref name="sink"/> with each key whose value differs; parts that both maps share are not looked at.</summary>
    /// <param name="before">The older map.</param>
    /// <param name="after">The newer one.</param>
    /// <param name="state">Handed on.</param>
    /// <param name="sink">Gets the key, what it had (or the default) and what it has (or the default); never both absent.</param>
    public static void Compare<TState>(PersistentMap<TKey, TValue> before, PersistentMap<TKey, TValue> after, TState state, Action<TState, TKey, TValue?, TValue?> sink) =>
        Compare(before._root, after._root, 0, state, sink);

    private static void Compare<TState>(Item? before, Item? after, int shift, TState state, Action<TState, TKey, TValue?, TValue?> sink)
    {
        if (ReferenceEquals(before, after)) return;
        if (before is Branch a && after is Branch b)
        {
            for (var bits = a.Bitmap | b.Bitmap; bits != 0; bits &= bits - 1)
            {
                var bit = bits & (0u - bits);
                Compare(a.Child(bit), b.Child(bit), shift + LevelBits, state, sink);
            }
            return;
        }
        for (var old = new Enumerator(before); old.MoveNextEntry() is { } entry;)
        {
            var now = Find(after, shift, entry.Hash, entry.Key);
            if (now is null)
                sink(state, entry.Key, entry.Value, default);
            else if (!ReferenceEquals(now, entry) && !EqualityComparer<TValue>.Default.Equals(now.Value, entry.Value))
                sink(state, entry.Key, entry.Value, now.Value);
        }
        for (var fresh = new Enumerator(after); fresh.MoveNextEntry() is { } entry;)
        {
            if (Find(before, shift, entry.Hash, entry.Key) is null)
                sink(state, entry.Key, default, entry.Value);
        }
    }

    private static Entry? Find(Item? at, int shift, uint hash, TKey key)
    {
        for (; at is Branch branch; shift += LevelBits)
            at = branch.Child(Bit(hash, shift));
        for (var entry = (Entry?)at; entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && entry.Key.Equals(key)) return entry;
        }
        return null;
    }

    private static uint Bit(uint hash, int shift) => 1u << (int)((hash >> shift) & 31);

    internal abstract class Item;

    /// <summary>A key, and others of the very same hash behind it.</summary>
    internal sealed class Entry(uint hash, TKey key, TValue value, Entry? next) : Item
    {
        public readonly uint Hash = hash;
        public readonly TKey Key = key;
        public readonly TValue Value = value;
        public readonly Entry? Next = next;
    }

    /// <summary>Up to 32 items, those that are there side by side. Only the builder that made it changes it.</summary>
    internal sealed class Branch(object owner, uint bitmap, Item[] items) : Item
    {
        public readonly object Owner = owner;
        public uint Bitmap = bitmap;
        public Item[] Items = items;

        public int IndexOf(uint bit) => BitOperations.PopCount(Bitmap & (bit - 1));

        public Item? Child(uint bit) => (Bitmap & bit) == 0 ? null : Items[IndexOf(bit)];
    }
}
