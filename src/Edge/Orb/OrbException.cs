namespace Edge.Orb;

/// <summary>Why the server cannot start, or does not run any more, and what to do.</summary>
/// <param name="what">What is wrong, with the offending value; never a secret.</param>
/// <param name="help">What to do.</param>
/// <param name="isConfiguration">Whether the configuration is at fault rather than the machine: exit code 2 rather than 1.</param>
/// <param name="inner">What it was found by.</param>
internal sealed class OrbException(string what, string help, bool isConfiguration = false, Exception? inner = null) : Exception(what, inner)
{
    public string Help { get; } = help;

    public bool IsConfiguration { get; } = isConfiguration;
}
