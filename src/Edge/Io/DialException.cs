namespace Edge.Io;

/// <summary>A connection that could not be made. The message says which step failed, for which address, and why.</summary>
internal sealed class DialException(DialStep step, string message, Exception? cause = null) : IOException(message, cause)
{
    public DialStep Step { get; } = step;

    public DialFault Fault { get; init; }
}
