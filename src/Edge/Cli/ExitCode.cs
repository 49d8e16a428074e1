namespace Edge.Cli;

internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Failed at run time. For `check`: errors were found.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, or the configuration of a command that wants to run.</summary>
    public const int WrongUsage = 2;
}
