using TUnit.Core.Interfaces;

[assembly: ParallelLimiter<Edge.Interop.FewAtOnce>]

namespace Edge.Interop;

/// <summary>Each test runs several programs, some as fast as they can: more at once would only wait for each other.</summary>
public sealed record FewAtOnce : IParallelLimit
{
    public int Limit => 4;
}
