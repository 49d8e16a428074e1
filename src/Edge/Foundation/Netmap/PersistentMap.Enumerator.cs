using System.Collections;

namespace Edge.Foundation.Netmap;

internal sealed partial class PersistentMap<TKey, TValue>
{
    /// <summary>Visits each key once.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        /// <summary>Levels of a 32-bit hash, and the entries under the last.</summary>
        private const int MostDepth = 8;

        private readonly (Branch Branch, int Next)[]? _path;
        private int _depth;
        private Entry? _current;
        private Item? _first;

        internal Enumerator(Item? root)
        {
            _first = root;
            _path = root is Branch ? new (Branch, int)[MostDepth] : null;
        }

        public readonly KeyValuePair<TKey, TValue> Current => new(_current!.Key, _current.Value);

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => MoveNextEntry() is not null;

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }

        /// <summary>Null: no more.</summary>
        internal Entry? MoveNextEntry()
        {
            if (_first is { } first)
            {
                _first = null;
                return _current = Enter(first);
            }
            if (_current?.Next is { } next)
                return _current = next;
            while (_depth > 0)
            {
                ref var top = ref _path![_depth - 1];
                if (top.Next < top.Branch.Items.Length)
                    return _current = Enter(top.Branch.Items[top.Next++]);
                _depth--;
            }
            return _current = null;
        }

        private Entry Enter(Item item)
        {
            while (item is Branch branch)
            {
                _path![_depth++] = (branch, 1);
                item = branch.Items[0];
            }
            return (Entry)item;
        }
    }
}
