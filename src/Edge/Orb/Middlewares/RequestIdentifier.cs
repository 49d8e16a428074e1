namespace Edge.Orb.Middlewares;

/// <summary>The identifier that <c>RequestId</c> gave a request: a feature of it, which the access log tells.</summary>
/// <param name="Text">Visible ASCII.</param>
internal sealed record RequestIdentifier(string Text);
