namespace Edge.Tests.Orb.Proxy;

/// <summary>The one limit on every wait: far beyond what a busy machine needs.</summary>
internal static class Limits
{
    public static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
}
