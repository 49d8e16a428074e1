using System.Collections.Immutable;
using Edge.Config.Diagnostics;
using Edge.Foundation.Configuration;

namespace Edge.Config;

/// <summary>A wg-quick file, read.</summary>
/// <param name="Settings">What it says; null where it could not be read, or has errors.</param>
/// <param name="Problem">Why it could not be read at all; null: it could.</param>
/// <param name="Errors">What is wrong in it, at its own lines.</param>
internal sealed record WireGuardFile(WireGuard? Settings, string? Problem, ImmutableArray<ConfigurationError> Errors);
