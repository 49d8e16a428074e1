using System.Runtime.InteropServices;

namespace Edge.Io.Native;

/// <summary>A call to the system failed: what was tried, the system's word for it, and what to do.</summary>
internal sealed class SystemError : IOException
{
    /// <param name="what">What was tried, as a phrase: <c>making the interface wg0</c>.</param>
    /// <param name="errno">The system's error number.</param>
    /// <param name="advice">What to do about it; empty where nothing is known.</param>
    public SystemError(string what, int errno, string advice = "")
        : base($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}", errno)
    {
        What = what;
        Errno = errno;
        Advice = advice;
    }

    /// <summary>What was tried, as a phrase.</summary>
    public string What { get; }

    public int Errno { get; }

    public string Advice { get; }

    /// <summary>The error of the call just made.</summary>
    public static SystemError Last(string what, string advice = "") => new(what, Marshal.GetLastPInvokeError(), advice);
}
