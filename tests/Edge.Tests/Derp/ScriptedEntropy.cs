using Edge.Foundation;

namespace Edge.Tests.Derp;

/// <summary>Gives what a recording drew; behind that, zeros.</summary>
internal sealed class ScriptedEntropy : EntropySource
{
    private readonly Queue<byte[]> _draws = new();

    /// <summary>The beginning of the next draw.</summary>
    public void Add(byte[] bytes) => _draws.Enqueue(bytes);

    public override void Fill(Span<byte> destination)
    {
        destination.Clear();
        if (_draws.TryDequeue(out var bytes))
            bytes.CopyTo(destination);
    }
}
