using System.Collections.Immutable;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Orb.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>JwtAuth</c>: a signed token (RFC 7519), carried as RFC 6750 says. The signatures are the platform's and libsodium's; what is around
/// them is ours: Microsoft.IdentityModel is four assemblies, and three more with an HTTP client of its own where keys are fetched.
/// </summary>
internal sealed class JwtAuthMiddleware
{
    private const string Scheme = "Bearer ";

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    private readonly JwtTerms _terms;
    private readonly IJwtKeys _keys;
    private readonly string _header;
    private readonly bool _isBearer;
    private readonly bool _isRequired;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RequestDelegate _next;

    private JwtAuthMiddleware(JwtAuth record, OrbServices services, RequestDelegate next)
    {
        // To be asked before anything of System.Security.Cryptography.
        if (!Io.Tls.IsAvailable)
            throw new OrbException("`JwtAuth` needs OpenSSL 3, and there is none on this machine", "Install libssl3, or use the static form of edge.");
        var algorithms = Algorithms(record);
        _terms = new JwtTerms(record, algorithms);
        _keys = Keys(record, algorithms, services);
        _header = record.Header;
        _isBearer = _header.Equals("Authorization", StringComparison.OrdinalIgnoreCase);
        _isRequired = record.Required;
        (_time, _next) = (services.Time, next);
        _log = services.Logs.CreateLogger("jwt");
    }

    /// <exception cref="OrbException">The terms contradict each other, or a key cannot be used.</exception>
    public static RequestDelegate Compile(JwtAuth record, OrbServices services, RequestDelegate next) => new JwtAuthMiddleware(record, services, next).Handle;

    private static ImmutableArray<JwtAlgorithm> Algorithms(JwtAuth record)
    {
        var hasSecret = record.Secret is not null;
        if (record.Algorithms.IsEmpty)
            return hasSecret ? [JwtAlgorithm.HS256] : [JwtAlgorithm.RS256, JwtAlgorithm.ES256];
        // Were both accepted at once, a public key could be taken for a secret.
        foreach (var algorithm in record.Algorithms)
        {
            if (JwtAlgorithms.IsSecret(algorithm) != hasSecret)
            {
                throw new OrbException(
                    $"`JwtAuth` accepts {algorithm}, which {(hasSecret ? "has no secret" : "needs a `secret`")}",
                    hasSecret ? "List HS256, HS384 or HS512 in `algorithms`, or give `jwksUrl` or `publicKeyFile` in place of `secret`." : "Take it out of `algorithms`.", isConfiguration: true);
            }
        }
        return record.Algorithms;
    }

    private static IJwtKeys Keys(JwtAuth record, ImmutableArray<JwtAlgorithm> algorithms, OrbServices services)
    {
        if (record.JwksUrl is { } url)
            return new PublishedJwtKeys(url, services);
        if (record.Secret is { } secret)
            return new FixedJwtKeys(Secret(secret, algorithms));
        var key = PublicKeyFile.Read(record.PublicKeyFile!);
        if (!algorithms.Any(key.Fits))
            throw new OrbException($"the key in `{record.PublicKeyFile}` is of none of the algorithms that `JwtAuth` accepts: {string.Join(", ", algorithms)}", "List its own in `algorithms`, such as `algorithms { \"EdDSA\" }`.", isConfiguration: true);
        return new FixedJwtKeys(key);
    }

    private static SecretJwtKey Secret(Secret secret, ImmutableArray<JwtAlgorithm> algorithms)
    {
        var bytes = Encoding.UTF8.GetBytes(secret.Reveal());
        var least = algorithms.Max(algorithm => algorithm switch { JwtAlgorithm.HS256 => 32, JwtAlgorithm.HS384 => 48, _ => 64 });
        // RFC 7518, section 3.2. A shorter one can be found by whoever has a token.
        return bytes.Length >= least
            ? new SecretJwtKey(bytes)
            : throw new OrbException($"the `secret` of `JwtAuth` has {bytes.Length} bytes, and {string.Join(", ", algorithms)} need {least} or more", $"Make one with `openssl rand -base64 {least}`, for the issuer too.", isConfiguration: true);
    }

    private Task Handle(HttpContext context)
    {
        var field = context.Request.Headers[_header];
        if (field.Count == 0 || (_isBearer && field is [{ } one] && !one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)))
            return _isRequired ? Refuse(context, "Bearer") : _next(context);
        return field is [{ } text] ? Judge(context, _isBearer ? text[Scheme.Length..].Trim(' ') : text.Trim(' ')) : Refuse(context, JwtVerdict.Malformed);
    }

    private async Task Judge(HttpContext context, string text)
    {
        var verdict = JsonWebToken.Read(text, out var token);
        if (verdict == JwtVerdict.Valid && !_terms.Accepts(token!.Algorithm))
            verdict = JwtVerdict.Algorithm;
        if (verdict != JwtVerdict.Valid)
        {
            await Refuse(context, verdict);
            return;
        }
        var keys = await _keys.Find(context.RequestAborted);
        string? subject = null;
        if (keys is not null)
            verdict = _terms.Judge(token!, keys, _time.GetUtcNow(), out subject);
        if (verdict == JwtVerdict.UnknownKey && await _keys.FindNewer(context.RequestAborted) is { } newer)
            verdict = _terms.Judge(token!, newer, _time.GetUtcNow(), out subject);
        if (keys is null)
        {
            // Nothing is wrong with the token as far as anyone knows.
            await Refusal.Later(context, StatusCodes.Status503ServiceUnavailable, s_wait);
            return;
        }
        if (verdict != JwtVerdict.Valid)
        {
            await Refuse(context, verdict);
            return;
        }
        if (subject is not null)
            context.Features.Set(new RequestUser(subject));
        await _next(context);
    }

    private Task Refuse(HttpContext context, JwtVerdict verdict)
    {
        var path = context.Request.Path.Value;
        _log.TokenRefused(context.Request.Method, path, verdict);
        if (verdict == JwtVerdict.Claims)
            return Refuse(context, "Bearer error=\"insufficient_scope\"", StatusCodes.Status403Forbidden);
        var description = verdict switch
        {
            JwtVerdict.Expired => "the token has expired",
            JwtVerdict.Early => "the token is not valid yet",
            // More would tell who forges tokens what to try next.
            _ => "the token is not valid here",
        };
        return Refuse(context, $"Bearer error=\"invalid_token\", error_description=\"{description}\"");
    }

    private static Task Refuse(HttpContext context, string challenge, int status = StatusCodes.Status401Unauthorized)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.WWWAuthenticate = challenge;
        return Task.CompletedTask;
    }
}
