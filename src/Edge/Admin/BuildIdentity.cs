namespace Edge.Admin;

/// <summary>What this binary is.</summary>
/// <param name="Version">Such as <c>0.1.0</c>.</param>
/// <param name="Commit">Empty where it is not known.</param>
internal sealed record BuildIdentity(string Version, string Commit);
