using System.Net;
using Edge.Foundation.Configuration;
using Microsoft.Extensions.Logging;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Edge.Orb;

/// <summary>What the server says while it runs. Each line that someone should act on says how.</summary>
internal static partial class OrbLog
{
    [LoggerMessage(Level = Level.Information, Message = "listening on {Address}{Terms}: {Sites}")]
    public static partial void Listening(this ILogger log, ListenAddress address, string terms, string sites);

    [LoggerMessage(Level = Level.Warning, Message = "`{Site}` is not reached from the network `{Network}`: `{Other}` answers every name there; give it `domains`, or say in `networks` which block is for which network")]
    public static partial void HiddenInNetwork(this ILogger log, string site, string network, string other);

    [LoggerMessage(Level = Level.Information, Message = "stopping: no new connections; requests under way have {Seconds} s to finish")]
    public static partial void Stopping(this ILogger log, double seconds);

    [LoggerMessage(Level = Level.Information, Message = "stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(Level = Level.Warning, Message = "requests were cut off: they took longer than the grace period of {Seconds} s; raise `shutdown.gracePeriod` if they need longer")]
    public static partial void CutOff(this ILogger log, double seconds);

    [LoggerMessage(Level = Level.Warning, Message = "{What} are not to be had: {Reason}. {Help}")]
    public static partial void NotListening(this ILogger log, string what, string reason, string help);

    [LoggerMessage(Level = Level.Information, Message = "SIGHUP: certificates and log files are read and opened again")]
    public static partial void Reloading(this ILogger log);

    [LoggerMessage(Level = Level.Information, Message = "an HTTP/2 connection is closed: its client took back most of its requests, {Count} of them, before they were answered")]
    public static partial void ManyResets(this ILogger log, int count);

    [LoggerMessage(Level = Level.Debug, Message = "no TLS with {Client}: {Reason}")]
    public static partial void NoHandshake(this ILogger log, EndPoint? client, string reason);

    [LoggerMessage(Level = Level.Debug, Message = "{Method} {Path}: refused with {Status}: {Reason}")]
    public static partial void BadRequest(this ILogger log, string method, string? path, int status, string reason);

    [LoggerMessage(Level = Level.Debug, Message = "{Method} {Path}: the client went away")]
    public static partial void ClientGone(this ILogger log, string method, string? path);

    [LoggerMessage(Level = Level.Error, Message = "{Method} {Path}: internal error; this is a bug in edge: report it with the lines below")]
    public static partial void RequestFailed(this ILogger log, string method, string? path, Exception failure);

    [LoggerMessage(Level = Level.Warning, Message = "{Domain} is served with a self-signed certificate, which browsers refuse; give one with `tls {{ certFile = ...; keyFile = ... }}`")]
    public static partial void SelfSigned(this ILogger log, string domain);

    [LoggerMessage(Level = Level.Information, Message = "the certificate {File} was read again; it is valid until {Until:u}")]
    public static partial void CertificateRenewed(this ILogger log, string file, DateTime until);

    [LoggerMessage(Level = Level.Error, Message = "the certificate that was read before is still used: {What}. {Help}")]
    public static partial void CertificateKept(this ILogger log, string what, string help);

    [LoggerMessage(Level = Level.Warning, Message = "the certificate {File} expired at {Until:u}: clients will refuse it; renew it, it is read again when the file changes")]
    public static partial void CertificateExpired(this ILogger log, string file, DateTime until);

    [LoggerMessage(Level = Level.Warning, Message = "the certificate {File} is not valid before {From:u}: clients will refuse it until then; check this machine's clock")]
    public static partial void CertificateEarly(this ILogger log, string file, DateTime from);
}
