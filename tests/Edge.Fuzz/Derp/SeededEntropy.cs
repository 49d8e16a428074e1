using Edge.Foundation;

namespace Edge.Fuzz.Derp;

/// <summary>The same bytes in every run.</summary>
internal sealed class SeededEntropy(ulong seed) : EntropySource
{
    private readonly Mutator _random = new(seed, []);

    public override void Fill(Span<byte> destination)
    {
        foreach (ref var b in destination)
            b = (byte)_random.Next();
    }
}
