namespace Edge.Admin;

/// <summary>A page of the admin interface.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Text">The body.</param>
internal sealed record AdminAnswer(int Status, string Text);
