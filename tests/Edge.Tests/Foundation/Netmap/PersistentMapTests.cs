using Edge.Foundation.Netmap;

namespace Edge.Tests.Foundation.Netmap;

/// <summary>The map against the platform's dictionary: after every step the snapshot before must be what it was.</summary>
public sealed class PersistentMapTests
{
    /// <summary>Few hashes for many keys: chains, and branches that differ in one level only.</summary>
    internal readonly record struct Clash(int Value)
    {
        public override int GetHashCode() => (Value % 3) << 30;
    }

    [Test]
    [Arguments(1, 40)]
    [Arguments(2, 3000)]
    [Arguments(3, 1_000_000_000)]
    public async Task It_holds_what_a_dictionary_holds(int seed, int keys) => await Walk(seed, random => new NodeId(random.Next(keys)));

    [Test]
    public async Task Keys_of_the_same_hash_are_told_apart() => await Walk(4, random => new Clash(random.Next(60)));

    [Test]
    public async Task A_change_of_one_key_shares_the_rest()
    {
        var builder = PersistentMap<NodeId, string>.Empty.ToBuilder();
        for (var i = 0; i < 100_000; i++)
            builder.Set(new(i * 7919L), "first");
        var before = builder.ToMap();
        builder.Set(new(7919), "second");
        var after = builder.ToMap();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var changes = new List<NodeId>(4);
        PersistentMap<NodeId, string>.Compare(before, after, changes, static (list, key, _, _) => list.Add(key));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        await Assert.That(changes).IsEquivalentTo([new NodeId(7919)]);
        await Assert.That(allocated).IsLessThan(2000).Because("the comparison walks the changed path only");
    }

    private static async Task Walk<TKey>(int seed, Func<Random, TKey> key) where TKey : struct, IEquatable<TKey>
    {
        var random = new Random(seed);
        var map = PersistentMap<TKey, string>.Empty;
        var model = new Dictionary<TKey, string>();
        for (var step = 0; step < 300; step++)
        {
            var (before, modelBefore) = (map, new Dictionary<TKey, string>(model));
            var builder = map.ToBuilder();
            for (var i = random.Next(40); i >= 0; i--)
            {
                var at = key(random);
                if (random.Next(3) == 0)
                {
                    await Assert.That(builder.Remove(at)).IsEqualTo(model.Remove(at));
                }
                else
                {
                    model[at] = $"{step}.{i}";
                    builder.Set(at, model[at]);
                }
            }
            map = builder.ToMap();
            await Assert.That(Same(map, model)).IsTrue();
            await Assert.That(Same(before, modelBefore)).IsTrue();
            await Assert.That(Changes(before, map)).IsEqualTo(Changes(modelBefore, model));
        }
        await Assert.That(map.TryGetValue(key(new Random(0)), out _)).IsEqualTo(model.ContainsKey(key(new Random(0))));
    }

    private static bool Same<TKey>(PersistentMap<TKey, string> map, Dictionary<TKey, string> model) where TKey : struct, IEquatable<TKey> =>
        map.Count == model.Count && map.ToList().Count == model.Count
        && model.All(pair => map.TryGetValue(pair.Key, out var value) && value == pair.Value)
        && map.All(pair => model[pair.Key] == pair.Value);

    private static string Changes<TKey>(PersistentMap<TKey, string> before, PersistentMap<TKey, string> after) where TKey : struct, IEquatable<TKey>
    {
        var list = new List<string>();
        PersistentMap<TKey, string>.Compare(before, after, list, static (list, key, was, now) => list.Add($"{key}:{was}>{now}"));
        return string.Join(' ', list.Order(StringComparer.Ordinal));
    }

    private static string Changes<TKey>(Dictionary<TKey, string> before, Dictionary<TKey, string> after) where TKey : struct =>
        string.Join(' ', before.Keys.Union(after.Keys)
            .Select(key => (key, was: before.GetValueOrDefault(key), now: after.GetValueOrDefault(key)))
            .Where(change => change.was != change.now)
            .Select(change => $"{change.key}:{change.was}>{change.now}")
            .Order(StringComparer.Ordinal));
}
