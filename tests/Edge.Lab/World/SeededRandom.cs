using Edge.Foundation;

namespace Edge.Lab.World;

/// <summary>All chance of a world, from one seed: the same on every machine. SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).</summary>
internal sealed class SeededRandom(ulong seed) : EntropySource
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(Next() % (ulong)count);

    /// <summary>From 0 up to, but not, 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True so often in 1.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + (most - least) * NextDouble();

    /// <summary>The time to the next event of those that come at random, so many on average.</summary>
    public TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(1 - NextDouble());

    public override void Fill(Span<byte> destination)
    {
        foreach (ref var b in destination)
            b = (byte)Next();
    }
}
