namespace Edge.Protocols.Filter;

/// <summary>
/// The flows that this node started last: what comes back on one needs no rule. It holds <see cref="Capacity"/>, as Tailscale's clients do
/// (wgengine/filter/filter.go, lruMax); the one that was used longest ago makes room. A hash table with chains and a list by use, both in one
/// array, so that nothing is allocated after the first flow.
/// </summary>
internal sealed class FlowTable
{
    public const int Capacity = 512;

    private const int Buckets = 1024;
    private const short None = -1;

    private readonly Flow[] _flows = new Flow[Capacity];
    private readonly short[] _buckets = new short[Buckets];
    private int _count;
    private short _newest = None;
    private short _oldest = None;

    public FlowTable() => Array.Fill(_buckets, None);

    public int Count => _count;

    /// <summary>Whether packets of this flow come back to us; the flow then counts as used.</summary>
    public bool Find(in FlowKey key)
    {
        var at = At(key);
        if (at == None)
            return false;
        Use(at);
        return true;
    }

    /// <param name="key">As the answers will name it: the other side is the source.</param>
    public void Add(in FlowKey key)
    {
        var at = At(key);
        if (at != None)
        {
            Use(at);
            return;
        }
        if (_count < Capacity)
        {
            at = (short)_count++;
        }
        else
        {
            at = _oldest;
            Unlink(at);
            Unchain(at);
        }
        ref var flow = ref _flows[at];
        flow.Key = key;
        ref var bucket = ref _buckets[BucketOf(key)];
        flow.Next = bucket;
        bucket = at;
        LinkNewest(at);
    }

    public void Clear()
    {
        Array.Fill(_buckets, None);
        _count = 0;
        _newest = _oldest = None;
    }

    private static int BucketOf(in FlowKey key)
    {
        var address = key.Source.Bits ^ (key.Destination.Bits << 1);
        var mixed = ((ulong)address ^ (ulong)(address >> 64)) + ((ulong)key.SourcePort << 32) + ((ulong)key.DestinationPort << 8) + (byte)key.Protocol;
        return (int)((mixed * 0x9e37_79b9_7f4a_7c15) >> 54);
    }

    private short At(in FlowKey key)
    {
        var at = _buckets[BucketOf(key)];
        while (at != None && _flows[at].Key != key)
            at = _flows[at].Next;
        return at;
    }

    private void Use(short at)
    {
        if (at == _newest)
            return;
        Unlink(at);
        LinkNewest(at);
    }

    private void LinkNewest(short at)
    {
        ref var flow = ref _flows[at];
        flow.Newer = None;
        flow.Older = _newest;
        if (_newest == None)
            _oldest = at;
        else
            _flows[_newest].Newer = at;
        _newest = at;
    }

    private void Unlink(short at)
    {
        ref var flow = ref _flows[at];
        if (flow.Newer == None)
            _newest = flow.Older;
        else
            _flows[flow.Newer].Older = flow.Older;
        if (flow.Older == None)
            _oldest = flow.Newer;
        else
            _flows[flow.Older].Newer = flow.Newer;
    }

    private void Unchain(short at)
    {
        ref var link = ref _buckets[BucketOf(_flows[at].Key)];
        while (link != at)
            link = ref _flows[link].Next;
        link = _flows[at].Next;
    }

    private struct Flow
    {
        public FlowKey Key;

        /// <summary>In the same bucket.</summary>
        public short Next;
        public short Newer;
        public short Older;
    }
}
