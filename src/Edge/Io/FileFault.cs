using System.Runtime.InteropServices;

namespace Edge.Io;

/// <summary>What is wrong with a file, in words: the platform's own messages are not in the executable.</summary>
internal static class FileFault
{
    public static string Describe(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "this user may not",
        // On Unix .NET leaves the errno in HResult where it has no exception type of its own for it.
        IOException when failure.HResult is > 0 and < 4096 => Marshal.GetPInvokeErrorMessage(failure.HResult),
        _ => failure.Message,
    };
}
