using System.Diagnostics;

namespace Edge.Fuzz;

/// <summary>Makes a failed <see cref="Debug.Assert(bool)"/> an exception, so that it is a finding with its input; the default ends the process.</summary>
internal sealed class ThrowingAsserts : TraceListener
{
    private static readonly Lock s_lock = new();
    private static readonly ThrowingAsserts s_listener = new();
    private static int s_users;

    /// <summary>For as long as what it returns is not disposed of; several may ask for it at once.</summary>
    public static IDisposable Install()
    {
        lock (s_lock)
            if (s_users++ == 0)
                Trace.Listeners.Insert(0, s_listener);
        return new Use();
    }

    public override void Fail(string? message, string? detailMessage) => throw new BrokenPromiseException($"{message} {detailMessage}");

    public override void Write(string? message)
    {
    }

    public override void WriteLine(string? message)
    {
    }

    private sealed class Use : IDisposable
    {
        public void Dispose()
        {
            lock (s_lock)
                if (--s_users == 0)
                    Trace.Listeners.Remove(s_listener);
        }
    }
}
