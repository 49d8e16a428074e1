using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Certificates;

/// <summary>
/// A certificate and its key from PEM files. A handshake looks at the files again when the last look is a second old, so that an idle
/// server does nothing and a renewal needs no signal; files that cannot be used leave the certificate before them in place.
/// </summary>
internal sealed class CertificateFiles : ICertificateSource
{
    private static readonly TimeSpan s_lookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly Readiness _readiness;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext _certificate;
    private (FileState Certificate, FileState Key) _seen;
    private long _lookedAt;

    /// <exception cref="OrbException">They cannot be used; it says which and why.</exception>
    public CertificateFiles(string certificateFile, string keyFile, Readiness readiness, TimeProvider time, ILogger log)
    {
        (_certificateFile, _keyFile, _readiness, _time, _log) = (certificateFile, keyFile, readiness, time, log);
        _seen = Look();
        _lookedAt = time.GetTimestamp();
        _certificate = Load();
    }

    private string Subject => $"certificate {_certificateFile}";

    public ValueTask<SslStreamCertificateContext?> Find(string serverName, CancellationToken cancellation)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= s_lookAgainAfter)
            LookAgain();
        return ValueTask.FromResult<SslStreamCertificateContext?>(Volatile.Read(ref _certificate));
    }

    /// <summary>Reads the files whether they look changed or not.</summary>
    public void Reload()
    {
        lock (_lock)
            _seen = default;
        LookAgain();
    }

    private void LookAgain()
    {
        // One handshake looks; the others go on with what there is.
        if (!_lock.TryEnter())
            return;
        try
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            var now = Look();
            if (now == _seen)
                return;
            _seen = now;
            // The one before is not disposed of: handshakes may be using it, and the collector finds it.
            Volatile.Write(ref _certificate, Load());
            var until = _certificate.TargetCertificate.NotAfter.ToUniversalTime();
            _log.CertificateRenewed(_certificateFile, until);
        }
        catch (OrbException failure)
        {
            // Two files do not change at one moment: the look after the second's change finds both.
            _log.CertificateKept(failure.Message, failure.Help);
            _readiness.Note(Subject, $"{failure.Message}; the one before is still used");
        }
        finally
        {
            _lock.Exit();
        }
    }

    private (FileState Certificate, FileState Key) Look() => (FileState.Of(_certificateFile), FileState.Of(_keyFile));

    private SslStreamCertificateContext Load()
    {
        var chain = Read(_certificateFile, "certFile", "certificate", static text =>
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return all.Count > 0 ? all : throw new CryptographicException("there is no CERTIFICATE block in it");
        });
        var key = Read(_keyFile, "keyFile", "key", static text => text);
        var certificate = Join(chain[0], key);
        Judge(certificate);
        chain.RemoveAt(0);
        // Offline: nothing is fetched to complete the chain, and no OCSP response is asked for.
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private X509Certificate2 Join(X509Certificate2 certificate, string key)
    {
        var problem = KeyProblem(key);
        try
        {
            if (problem is null)
                return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
        }
        catch (ArgumentException failure)
        {
            // CopyWithPrivateKey's word for two public keys that differ.
            throw new OrbException(
                $"the key in `{_keyFile}` does not match the certificate in `{_certificateFile}`",
                "Give the key that the certificate was made for; the certificate comes first in its file, then its chain.", inner: failure);
        }
        catch (CryptographicException)
        {
            problem = "it is damaged, or of another kind than the certificate's";
        }
        throw new OrbException($"the key `{_keyFile}` cannot be used: {problem}", "Give the certificate's key in PEM, without a password: `BEGIN PRIVATE KEY`.");
    }

    /// <returns>Why there is no key in the text; null where there is one.</returns>
    private static string? KeyProblem(string text)
    {
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label];
            if (label.SequenceEqual("ENCRYPTED PRIVATE KEY"))
                return "it is encrypted with a password";
            if (label.EndsWith("PRIVATE KEY"))
                return null;
            rest = rest[fields.Location.End..];
        }
        return "there is no PRIVATE KEY block in it";
    }

    private static T Read<T>(string file, string property, string what, Func<string, T> parse)
    {
        const string help = "Give a PEM file that edge may read, or renew the one that is there.";
        try
        {
            return parse(File.ReadAllText(file));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new OrbException($"the {what} `{file}` is not there", $"Set `{property}` to a PEM file that is.", inner: failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new OrbException($"the {what} `{file}` may not be read by this user", "Change its owner or mode, or run edge as a user that may.", inner: failure);
        }
        catch (Exception failure) when (failure is IOException or CryptographicException)
        {
            throw new OrbException($"the {what} `{file}` cannot be used: {failure.Message}", help, inner: failure);
        }
    }

    // A certificate out of its time is served all the same: what clients make of it is theirs to say, and renewing is not ours.
    private void Judge(X509Certificate2 certificate)
    {
        var now = _time.GetUtcNow();
        if (now >= certificate.NotAfter.ToUniversalTime())
        {
            var until = certificate.NotAfter.ToUniversalTime();
            _log.CertificateExpired(_certificateFile, until);
            _readiness.Note(Subject, $"expired at {until:u}");
        }
        else if (now < certificate.NotBefore.ToUniversalTime())
        {
            var from = certificate.NotBefore.ToUniversalTime();
            _log.CertificateEarly(_certificateFile, from);
            _readiness.Note(Subject, $"not valid before {from:u}");
        }
        else
        {
            _readiness.Note(Subject, null);
        }
    }

    private readonly record struct FileState(DateTime Modified, long Size, string? Target)
    {
        // A mounted Secret is changed by pointing a link elsewhere: the times of what it leads to change too.
        public static FileState Of(string path)
        {
            var file = new FileInfo(path);
            try
            {
                return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target
                    ? new FileState(target.LastWriteTimeUtc, target.Exists ? target.Length : -1, target.FullName)
                    : new FileState(file.LastWriteTimeUtc, file.Exists ? file.Length : -1, null);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return default;
            }
        }
    }
}
