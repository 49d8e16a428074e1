using Microsoft.Win32.SafeHandles;

namespace Edge.Io.Native;

/// <summary>A file descriptor that is closed once. Its number is handed to the raw calls by the one thread that drives it.</summary>
internal sealed class Descriptor(int number) : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public int Number { get; } = number;

    /// <summary>Takes the result of a call that makes a descriptor.</summary>
    /// <exception cref="SystemError">The call failed.</exception>
    public static Descriptor Of(int result, string what, string advice = "")
    {
        if (result < 0)
            throw SystemError.Last(what, advice);
        var descriptor = new Descriptor(result);
        descriptor.SetHandle(result);
        return descriptor;
    }

    protected override bool ReleaseHandle() => Libc.Close(Number) == 0;
}
