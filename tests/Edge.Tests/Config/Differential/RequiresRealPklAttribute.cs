namespace Edge.Tests.Config.Differential;

/// <summary>Skips a test by name where the real Pkl CLI is not at hand.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class RequiresRealPklAttribute()
    : SkipAttribute($"the real Pkl CLI {RealPkl.Version} is not here (scripts/setup installs it where npm is; EDGE_PKL names one elsewhere)")
{
    public override Task<bool> ShouldSkip(TestRegisteredContext context) => Task.FromResult(RealPkl.Program is null);
}
