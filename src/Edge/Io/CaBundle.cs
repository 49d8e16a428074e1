using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io;

/// <summary>The file of trusted roots: <c>SSL_CERT_FILE</c>, else the first of the places where distributions keep it.</summary>
internal sealed partial class CaBundle
{
    public const string Variable = "SSL_CERT_FILE";

    private const string BeginCertificate = "-----BEGIN CERTIFICATE-----";

    // The list of Go's crypto/x509/root_linux.go (1.22): images and hosts are built with it in mind.
    private static readonly string[] s_standardPlaces =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    private CaBundle(string path, bool named, int certificates, string? problem)
    {
        Path = path;
        IsNamed = named;
        Certificates = certificates;
        Problem = problem;
    }

    public string Path { get; }

    /// <summary>True when <c>SSL_CERT_FILE</c> named it: then no other place is looked at.</summary>
    public bool IsNamed { get; }

    /// <summary>How many certificates the file holds.</summary>
    public int Certificates { get; }

    /// <summary>Why the file cannot be used; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The bundle in force, which may have a <see cref="Problem"/>; null when there is none at all.</summary>
    public static CaBundle? Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
            return Read(named, isNamed: true);
        string? found = s_standardPlaces.FirstOrDefault(File.Exists);
        return found is null ? null : Read(found, isNamed: false);
    }

    /// <summary>The roots of the bundle in force, read when they are wanted first; none, where there is none that can be used.</summary>
    public static Lazy<X509Certificate2Collection> Roots() => new(static () => Find() is { Problem: null } bundle ? bundle.Load() : []);

    /// <summary>
    /// Keeps .NET from reading the system's store beside this bundle. All trust here is in roots that Edge names itself, but .NET parses the
    /// system's few hundred certificates even to put a server's own chain in order: tens of milliseconds of a start, and megabytes.
    /// To be called once, before the first use of TLS.
    /// </summary>
    public static void HideSystemStore()
    {
        // From here on .NET answers from its own copy of the environment, which keeps what the user set.
        _ = Environment.GetEnvironmentVariables();
        _ = SetVariable(Variable, "/dev/null", overwrite: 1);
        _ = SetVariable("SSL_CERT_DIR", "/dev/null", overwrite: 1);
    }

    /// <summary>Loads the roots into OpenSSL's form.</summary>
    public X509Certificate2Collection Load()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(Path);
        return roots;
    }

    // stdlib.h: what OpenSSL's own code reads, .NET's shim included.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static CaBundle Read(string path, bool isNamed)
    {
        try
        {
            int certificates = File.ReadLines(path).Count(line => line.StartsWith(BeginCertificate, StringComparison.Ordinal));
            return new CaBundle(path, isNamed, certificates, certificates > 0 ? null : "has no PEM certificate in it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CaBundle(path, isNamed, 0, e is FileNotFoundException or DirectoryNotFoundException ? "does not exist" : "cannot be read");
        }
    }
}
