using System.Diagnostics;

namespace Edge.Fuzz;

/// <summary>Makes a failed <see cref="Debug.Assert(bool)"/> an exception, so that it is a finding with its input; the default ends the process.</summary>
internal sealed class ThrowingAsserts : TraceListener
{
    private static readonly Lock s_lock = new();

    public static void Install()
    {
        lock (s_lock)
            if (Trace.Listeners is not [ThrowingAsserts, ..])
                Trace.Listeners.Insert(0, new ThrowingAsserts());
    }

    public override void Fail(string? message, string? detailMessage) => throw new BrokenPromiseException($"{message} {detailMessage}");

    public override void Write(string? message)
    {
    }

    public override void WriteLine(string? message)
    {
    }
}
