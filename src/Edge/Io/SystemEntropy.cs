using System.Security.Cryptography;
using Edge.Foundation;

namespace Edge.Io;

/// <summary>The system's generator.</summary>
internal sealed class SystemEntropy : EntropySource
{
    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
