using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Middlewares;

/// <summary><c>BasicAuth</c>: a name and a password (RFC 7617). How long a refusal takes does not tell whether there is a user of the name.</summary>
internal sealed class BasicAuthMiddleware
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, StoredPassword> _users = new(StringComparer.Ordinal);
    private readonly StoredPassword _nobody;
    private readonly string? _decoy;
    private readonly StringValues _challenge;
    private readonly PasswordWork _work;
    private readonly RequestDelegate _next;

    private BasicAuthMiddleware(BasicAuth record, OrbServices services, RequestDelegate next)
    {
        // Not RandomNumberGenerator: that is OpenSSL's, which a server without TLS need not have. On Unix a Guid's 122 bits are the kernel's.
        byte[] key = [.. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray()];
        foreach (var (name, password) in record.Users)
            _users[name] = new StoredPassword(name, password, key, services.Time);
        _nobody = new StoredPassword("", new Secret(Guid.NewGuid().ToString()), key, services.Time);
        _decoy = _users.Values.FirstOrDefault(user => user.Hash is not null)?.Hash;
        HeaderValue.Check("BasicAuth", "WWW-Authenticate", record.Realm);
        _challenge = $"Basic realm=\"{record.Realm.Replace("\\", "\\\\", StringComparison.Ordinal)}\", charset=\"UTF-8\"";
        (_work, _next) = (services.PasswordWork, next);
    }

    /// <exception cref="OrbException">A password or the realm cannot be used.</exception>
    public static RequestDelegate Compile(BasicAuth record, OrbServices services, RequestDelegate next) => new BasicAuthMiddleware(record, services, next).Handle;

    private Task Handle(HttpContext context)
    {
        var credentials = context.Request.Headers.Authorization is [{ } field] ? BasicCredentials.Read(field) : null;
        if (credentials is null)
            return Challenge(context);
        var name = credentials.Name;
        var user = _users.GetValueOrDefault(name, _nobody);
        if (user.IsText(credentials.Password.Span) || (user.Hash is not null && user.IsRemembered(credentials.Password.Span)))
        {
            credentials.Dispose();
            return Proceed(context, name);
        }
        if (_decoy is not null)
            return Verify(context, name, user, credentials);
        credentials.Dispose();
        return Challenge(context);
    }

    // Whoever is refused has waited for a hash, where there is one: a name that has none, or is nobody's, waits for another's.
    private async Task Verify(HttpContext context, string name, StoredPassword user, BasicCredentials credentials)
    {
        bool? isRight;
        using (credentials)
        {
            isRight = await _work.Verify(user.Hash ?? _decoy!, credentials.Password, context.RequestAborted);
            if (isRight == true && user.Hash is not null)
                user.Remember(credentials.Password.Span);
        }
        if (isRight is null)
            await Refusal.Later(context, StatusCodes.Status503ServiceUnavailable, s_wait);
        else if (isRight.Value && user.Hash is not null)
            await Proceed(context, name);
        else
            await Challenge(context);
    }

    private Task Proceed(HttpContext context, string name)
    {
        context.Features.Set(new RequestUser(name));
        return _next(context);
    }

    private Task Challenge(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = _challenge;
        return Task.CompletedTask;
    }
}
