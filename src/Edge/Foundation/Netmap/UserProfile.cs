namespace Edge.Foundation.Netmap;

/// <summary>Who a node belongs to, as shown to people and in identity headers.</summary>
/// <param name="Id">The server's number.</param>
/// <param name="LoginName">`alice@example.com`, or what the server calls her.</param>
/// <param name="DisplayName">`Alice Smith`; empty where unknown.</param>
/// <param name="PictureUrl">Of any scheme, from outside; null: none.</param>
internal sealed record UserProfile(UserId Id, string LoginName, string DisplayName, string? PictureUrl);
