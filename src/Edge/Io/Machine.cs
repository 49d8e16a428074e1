using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Edge.Crypto;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Edge.Io;

/// <summary>Looks at the machine that Edge runs on: what it offers, and what a container's root leaves out.</summary>
internal static class Machine
{
    public const string RandomDevice = "/dev/urandom";

    /// <summary>All findings, in the order of a reader who asks "will it start, will it connect, will it remember".</summary>
    public static IEnumerable<Finding> Findings()
    {
        yield return Processor();
        yield return Sodium();
        yield return OpenSsl();
        yield return Aead();
        yield return Entropy(RandomDevice);
        yield return Resolver(ResolverFile.Read());
        yield return Roots(CaBundle.Find());
        yield return Root(WriteAccess.Try("/"));
        yield return State(StateDirectory.Find(Environment.GetEnvironmentVariable));
    }

    /// <summary>CPUID is asked, not <c>IsSupported</c>: that answers for the instruction set this binary was compiled for.</summary>
    private static Finding Processor()
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        List<string> features = [];
        if (X86Base.IsSupported)
        {
            (_, _, int ecx1, _) = X86Base.CpuId(1, 0);
            (_, int ebx7, _, _) = X86Base.CpuId(7, 0);
            AddWhere(ecx1, 25, "AES");
            AddWhere(ecx1, 1, "CLMUL");
            AddWhere(ebx7, 5, "AVX2");
            AddWhere(ebx7, 16, "AVX-512");
        }
        else if (ArmAes.IsSupported)
        {
            features.Add("AES");
        }
        string detail = $"{architecture}, {Environment.ProcessorCount} processors, {(features.Count > 0 ? string.Join(", ", features) : "no extensions")}";
        return features.Contains("AES")
            ? new("cpu", FindingState.Ok, detail)
            : new("cpu", FindingState.Warning, detail, "TLS with AES runs in software here and is slow: prefer a CPU type that passes AES instructions through.");

        void AddWhere(int register, int bit, string name)
        {
            if ((register >> bit & 1) != 0)
                features.Add(name);
        }
    }

    private static Finding Sodium()
    {
        const string Name = "libsodium";
        try
        {
            CryptoLibrary.Initialize();
            return CryptoLibrary.AnswersAsPublished()
                ? new(Name, FindingState.Ok, $"{CryptoLibrary.Version}, initialised by NSec; the example of RFC 8439 computes as published")
                : new(Name, FindingState.Failed, $"{CryptoLibrary.Version} computes the example of RFC 8439 wrongly", "Do not use this machine or this copy of the library: replace libsodium.so.");
        }
        catch (Exception e) when (e is PlatformNotSupportedException or DllNotFoundException)
        {
            return new(Name, FindingState.Failed, "not found", "Put the libsodium.so that was published with edge beside the executable, or use the static executable, which has it inside.");
        }
        catch (InvalidOperationException e)
        {
            return new(Name, FindingState.Failed, e.Message, "Put the libsodium.so that was published with edge beside the executable.");
        }
    }

    private static Finding OpenSsl()
    {
        const string Name = "openssl";
        if (!Tls.IsAvailable)
        {
            return new(Name, FindingState.Warning, "libssl.so.3 is not on this machine: plain HTTP works, TLS does not",
                "Install OpenSSL 3 (Debian: libssl3), or use the static executable, which has it inside.");
        }
        long version = SafeEvpPKeyHandle.OpenSslVersion;
        // OPENSSL_VERSION_NUMBER since 3.0: 0xMNN00PP0 (openssl/opensslv.h).
        return new(Name, FindingState.Ok,
            $"{version >> 28}.{version >> 20 & 0xff}.{version >> 4 & 0xff}{(StaticExecutable.IsRunning ? ", linked in" : "")}");
    }

    /// <summary>Whose ChaCha20-Poly1305 seals the tunnel's packets, and whether it can be trusted.</summary>
    private static Finding Aead()
    {
        const string Name = "aead";
        const int PacketSize = 1420;
        try
        {
            using var context = new AeadContext();
            string library = context.OpenSslVersion is { } version
                ? $"libcrypto {version}{(StaticExecutable.IsRunning ? ", linked in" : "")}"
                : "libsodium, because libcrypto.so.3 is not on this machine or lacks the cipher: correct, but large packets cost half as much again";
            return context.AgreesWithSodium(PacketSize)
                ? new(Name, FindingState.Ok, $"packets are sealed by {library}")
                : new(Name, FindingState.Failed, $"{library} seals a packet otherwise than libsodium does", "Do not use this machine or this copy of OpenSSL: replace it.");
        }
        catch (TypeInitializationException)
        {
            return new(Name, FindingState.Failed, "not tried: it needs libsodium", "See libsodium above.");
        }
    }

    /// <summary>The C# runtime reads this file (Guid, and with it every HTTP client); libsodium and OpenSSL ask the kernel and do without.</summary>
    internal static Finding Entropy(string device)
    {
        const string Name = "entropy";
        try
        {
            using FileStream file = File.OpenRead(device);
            file.ReadExactly(stackalloc byte[16]);
            return new(Name, FindingState.Ok, $"{device} can be read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(Name, FindingState.Failed, $"{device} cannot be read: no HTTP client can start",
                "Container engines provide /dev; for a chroot: mount --bind /dev ROOT/dev.");
        }
    }

    internal static Finding Resolver(ResolverFile file)
    {
        const string Name = "resolver";
        if (!file.Exists)
        {
            return new(Name, FindingState.Warning, $"no {ResolverFile.Path}: addresses can be dialled, names cannot",
                $"Mount one: -v {ResolverFile.Path}:{ResolverFile.Path}:ro, or let the container engine write it (--dns, dnsPolicy).");
        }
        return file.Nameservers.Count > 0
            ? new(Name, FindingState.Ok, $"{ResolverFile.Path}: {string.Join(", ", file.Nameservers)}")
            : new(Name, FindingState.Warning, $"{ResolverFile.Path} names no nameserver: the C library asks 127.0.0.1", "Add a line \"nameserver ADDRESS\".");
    }

    internal static Finding Roots(CaBundle? bundle)
    {
        const string Name = "ca bundle";
        if (bundle is null)
        {
            return new(Name, FindingState.Warning, "no file of trusted roots in the usual places: no server's certificate can be verified",
                $"Mount one at /etc/ssl/certs/ca-certificates.crt, or set {CaBundle.Variable} to where it is.");
        }
        string detail = bundle.Path + (bundle.IsNamed ? $" ({CaBundle.Variable})" : "");
        return bundle.Problem is null
            ? new(Name, FindingState.Ok, $"{detail}: {bundle.Certificates} certificates")
            : new(Name, FindingState.Failed, $"{detail} {bundle.Problem}", bundle.IsNamed
                ? $"Set {CaBundle.Variable} to a file of PEM certificates that this user can read, or unset it."
                : $"Replace it with a file of PEM certificates, or set {CaBundle.Variable} to one.");
    }

    internal static Finding Root(WriteAccess access) => access.Obstacle == WriteObstacle.ReadOnlyFileSystem
        ? new("root", FindingState.Warning, "the root file system is read-only", "That is good; only the state directory wants a writable volume (see below).")
        : new("root", FindingState.Ok, "the root file system is not read-only");

    internal static Finding State(StateDirectory directory)
    {
        const string Name = "state";
        const string Consequence = "keys and the cached network map stay in memory (mem:), and every start joins as a new, ephemeral node";
        const string Cure = "Mount a writable volume and name it: TS_STATE_DIR=/var/lib/edge.";
        if (directory.Path is null)
        {
            return directory.Origin.Length > 0
                ? new(Name, FindingState.Ok, $"memory, as {directory.Origin} says: {Consequence}")
                : new(Name, FindingState.Warning, $"no HOME, no XDG_STATE_HOME, no TS_STATE_DIR: {Consequence}", Cure);
        }
        WriteAccess access = WriteAccess.Try(directory.Path);
        return access.IsGranted
            ? new(Name, FindingState.Ok, $"{directory.Path} ({directory.Origin}) can be written")
            : new(Name, FindingState.Warning, $"{directory.Path} ({directory.Origin}): {access}; {Consequence}", Cure);
    }
}
