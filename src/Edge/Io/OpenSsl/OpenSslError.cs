using System.Runtime.InteropServices;

namespace Edge.Io.OpenSsl;

/// <summary>What OpenSSL says of a call that failed (ERR_get_error(3)).</summary>
internal static unsafe class OpenSslError
{
    /// <summary>The first reason of this thread's, in OpenSSL's words; the others are forgotten.</summary>
    public static string Take()
    {
        var error = LibSsl.TakeError();
        LibSsl.ClearErrors();
        return (error == 0 ? null : Marshal.PtrToStringUTF8((nint)LibSsl.ReasonOf(error))) ?? "the connection ended";
    }
}
