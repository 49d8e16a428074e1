using System.Diagnostics.CodeAnalysis;

namespace Edge.Foundation.Netmap;

internal sealed partial class PersistentMap<TKey, TValue>
{
    /// <summary>Changes a map, many keys at a time: what it copied once it changes in place. The map it began with stays as it was.</summary>
    public sealed class Builder
    {
        private Item? _root;

        // Names this builder in the branches that it made; another after each ToMap.
        private object _owner = new();

        internal Builder(Item? root, int count) => (_root, Count) = (root, count);

        public int Count { get; private set; }

        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            var entry = Find(_root, 0, (uint)key.GetHashCode(), key);
            value = entry is null ? default : entry.Value;
            return entry is not null;
        }

        public void Set(TKey key, TValue value) => _root = Set(_root, 0, new Entry((uint)key.GetHashCode(), key, value, null));

        /// <summary>False: there was no such key.</summary>
        public bool Remove(TKey key)
        {
            var before = Count;
            _root = Remove(_root, 0, (uint)key.GetHashCode(), key);
            return Count != before;
        }

        public void Clear() => (_root, Count) = (null, 0);

        /// <summary>The map as it is now. The builder can go on.</summary>
        public PersistentMap<TKey, TValue> ToMap()
        {
            _owner = new();
            return Count == 0 ? Empty : new(_root, Count);
        }

        private Item Set(Item? at, int shift, Entry entry)
        {
            if (at is Entry other)
            {
                if (other.Hash == entry.Hash)
                    return SetInChain(other, entry);
                at = new Branch(_owner, Bit(other.Hash, shift), [other]);
            }
            if (at is not Branch branch)
            {
                Count++;
                return entry;
            }
            var bit = Bit(entry.Hash, shift);
            var index = branch.IndexOf(bit);
            if ((branch.Bitmap & bit) != 0)
            {
                var child = Set(branch.Items[index], shift + LevelBits, entry);
                branch = Owned(branch);
                branch.Items[index] = child;
                return branch;
            }
            Count++;
            var items = new Item[branch.Items.Length + 1];
            branch.Items.AsSpan(0, index).CopyTo(items);
            items[index] = entry;
            branch.Items.AsSpan(index).CopyTo(items.AsSpan(index + 1));
            return With(branch, branch.Bitmap | bit, items);
        }

        private Entry SetInChain(Entry? chain, Entry entry)
        {
            if (chain is null)
            {
                Count++;
                return entry;
            }
            return chain.Key.Equals(entry.Key)
                ? new Entry(entry.Hash, entry.Key, entry.Value, chain.Next)
                : new Entry(chain.Hash, chain.Key, chain.Value, SetInChain(chain.Next, entry));
        }

        private Item? Remove(Item? at, int shift, uint hash, TKey key)
        {
            if (at is not Branch branch)
                return RemoveFromChain((Entry?)at, hash, key);
            var bit = Bit(hash, shift);
            if (branch.Child(bit) is not { } child) return branch;
            var index = branch.IndexOf(bit);
            var left = Remove(child, shift + LevelBits, hash, key);
            if (ReferenceEquals(left, child)) return branch;
            if (left is not null)
            {
                // A branch of one entry is that entry: the trie's form depends on what it holds alone.
                if (left is Entry && branch.Items.Length == 1) return left;
                branch = Owned(branch);
                branch.Items[index] = left;
                return branch;
            }
            if (branch.Items.Length == 1) return null;
            if (branch.Items.Length == 2 && branch.Items[1 - index] is Entry last) return last;
            var items = new Item[branch.Items.Length - 1];
            branch.Items.AsSpan(0, index).CopyTo(items);
            branch.Items.AsSpan(index + 1).CopyTo(items.AsSpan(index));
            return With(branch, branch.Bitmap & ~bit, items);
        }

        private Entry? RemoveFromChain(Entry? chain, uint hash, TKey key)
        {
            if (chain is null) return null;
            if (chain.Hash == hash && chain.Key.Equals(key))
            {
                Count--;
                return chain.Next;
            }
            var next = RemoveFromChain(chain.Next, hash, key);
            return ReferenceEquals(next, chain.Next) ? chain : new Entry(chain.Hash, chain.Key, chain.Value, next);
        }

        private Branch Owned(Branch branch) =>
            ReferenceEquals(branch.Owner, _owner) ? branch : new Branch(_owner, branch.Bitmap, [.. branch.Items]);

        private Branch With(Branch branch, uint bitmap, Item[] items)
        {
            if (!ReferenceEquals(branch.Owner, _owner)) return new Branch(_owner, bitmap, items);
            (branch.Bitmap, branch.Items) = (bitmap, items);
            return branch;
        }
    }
}
