namespace Edge.Orb.Proxy;

/// <summary>
/// A hash that is the same in every process and on every host, so that several servers send a client to the same upstream.
/// It protects nothing: who may choose the text may choose the upstream.
/// </summary>
internal static class StableHash
{
    /// <summary>FNV-1a over UTF-16 units, mixed.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return Mix(hash);
    }

    /// <summary>The finalizer of SplitMix64: every bit of the input moves half of the output's.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
