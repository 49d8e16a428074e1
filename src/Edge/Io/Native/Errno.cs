namespace Edge.Io.Native;

/// <summary>The error numbers that Edge acts upon (asm-generic/errno.h).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;        // EPERM
    public const int NoSuchFile = 2;          // ENOENT
    public const int NoSuchProcess = 3;       // ESRCH: netlink's word for a route that is not there
    public const int Interrupted = 4;         // EINTR
    public const int InputOutput = 5;         // EIO
    public const int TryAgain = 11;           // EAGAIN
    public const int AccessDenied = 13;       // EACCES
    public const int Busy = 16;               // EBUSY
    public const int Exists = 17;             // EEXIST
    public const int NoDevice = 19;           // ENODEV
    public const int Invalid = 22;            // EINVAL
    public const int NoSpace = 28;            // ENOSPC
    public const int TooLong = 90;            // EMSGSIZE
    public const int NotSupported = 95;       // EOPNOTSUPP
    public const int NoFamily = 97;           // EAFNOSUPPORT
    public const int AddressInUse = 98;       // EADDRINUSE
    public const int AddressNotAvailable = 99; // EADDRNOTAVAIL
    public const int NetworkUnreachable = 101; // ENETUNREACH
    public const int ConnectionAborted = 103; // ECONNABORTED
    public const int NoBuffers = 105;         // ENOBUFS
}
