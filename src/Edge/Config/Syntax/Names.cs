namespace Edge.Config.Syntax;

/// <summary>
/// One string for each name, so that the evaluator compares names by reference. Shared by all modules of the process, because a
/// prebuilt module's names must be the user's names. A name that is already known is found without allocating.
/// </summary>
internal static class Names
{
    private static readonly object Gate = new();
    private static Entry?[] s_buckets = new Entry?[1024];
    private static int s_count;

    private sealed class Entry(string text, uint hash, Entry? next)
    {
        public readonly string Text = text;
        public readonly uint Hash = hash;
        public Entry? Next = next;
    }

    public static string Intern(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        lock (Gate)
        {
            for (var entry = s_buckets[hash & (uint)(s_buckets.Length - 1)]; entry is not null; entry = entry.Next)
                if (entry.Hash == hash && entry.Text == text)
                    return entry.Text;
            return Add(text, hash);
        }
    }

    public static string Intern(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var b in utf8)
        {
            if (b >= 0x80)
                return Intern(Utf8.Decode(utf8));
            hash = (hash ^ b) * 16777619u;
        }
        lock (Gate)
        {
            for (var entry = s_buckets[hash & (uint)(s_buckets.Length - 1)]; entry is not null; entry = entry.Next)
                if (entry.Hash == hash && IsAscii(entry.Text, utf8))
                    return entry.Text;
            return Add(Utf8.Decode(utf8), hash);
        }
    }

    private static bool IsAscii(string text, ReadOnlySpan<byte> ascii)
    {
        if (text.Length != ascii.Length)
            return false;
        for (var i = 0; i < ascii.Length; i++)
            if (text[i] != ascii[i])
                return false;
        return true;
    }

    private static string Add(string text, uint hash)
    {
        if (s_count == s_buckets.Length)
            Grow();
        ref var bucket = ref s_buckets[hash & (uint)(s_buckets.Length - 1)];
        bucket = new Entry(text, hash, bucket);
        s_count++;
        return text;
    }

    private static void Grow()
    {
        var buckets = new Entry?[s_buckets.Length * 2];
        foreach (var head in s_buckets)
        {
            for (var entry = head; entry is not null;)
            {
                var next = entry.Next;
                ref var bucket = ref buckets[entry.Hash & (uint)(buckets.Length - 1)];
                entry.Next = bucket;
                bucket = entry;
                entry = next;
            }
        }
        s_buckets = buckets;
    }
}
