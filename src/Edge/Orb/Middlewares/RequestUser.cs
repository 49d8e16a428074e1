using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>Who asks, as a middleware has found out and checked: a feature of the request, which the access log tells.</summary>
/// <param name="Name">A user's name, or a token's subject.</param>
internal sealed record RequestUser(string Name)
{
    /// <returns>Null: nobody knows, or nobody asked.</returns>
    public static string? NameOf(HttpContext context) =>
        context.Features.Get<RequestUser>()?.Name ?? (context.Features.Get<Identity>() is { Login.Length: > 0 } identity ? identity.Login : null);
}
