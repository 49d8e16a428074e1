using System.Runtime.InteropServices;

namespace Edge.Io;

/// <summary>What differs when the C library is linked in (<c>scripts/publish --static</c>).</summary>
internal static partial class StaticExecutable
{
    /// <summary>A constant of the build: the other branch is trimmed away.</summary>
    public static bool IsRunning => AppContext.TryGetSwitch("Edge.StaticExecutable", out bool isStatic) && isStatic;

    /// <summary>
    /// Has the C library look names and users up with the code that is linked in. Else a host's nsswitch.conf (mdns, resolve, systemd)
    /// would make it load modules that were built for another C library, which a static executable does not survive.
    /// To be called once, before the first look-up.
    /// </summary>
    public static void UseBuiltInNameServices()
    {
        if (!IsRunning)
            return;
        _ = ConfigureLookup("hosts", "files dns");
        _ = ConfigureLookup("passwd", "files");
        _ = ConfigureLookup("group", "files");
    }

    // glibc, nss/nss.h: int __nss_configure_lookup(const char *dbname, const char *service_line)
    [LibraryImport("libc", EntryPoint = "__nss_configure_lookup", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ConfigureLookup(string database, string services);
}
