using Edge.Foundation;

namespace Edge.Tests.WireGuard;

/// <summary>Gives prepared bytes to draws of their size, then those of a seed.</summary>
internal sealed class ScriptedEntropy(int seed = 1) : EntropySource
{
    private readonly Random _random = new(seed);
    private readonly List<byte[]> _prepared = [];

    /// <summary>The next draw of this many bytes gives these.</summary>
    public void Prepare(params byte[] bytes) => _prepared.Add(bytes);

    public override void Fill(Span<byte> destination)
    {
        for (var i = 0; i < _prepared.Count; i++)
        {
            if (_prepared[i].Length != destination.Length)
                continue;
            _prepared[i].CopyTo(destination);
            _prepared.RemoveAt(i);
            return;
        }
        _random.NextBytes(destination);
    }
}
