namespace Edge.Node.Status;

/// <summary>An answer of <see cref="LocalApi"/>.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="IsJson">Otherwise text for people.</param>
/// <param name="Body">UTF-8.</param>
internal readonly record struct LocalAnswer(int Status, bool IsJson, ReadOnlyMemory<byte> Body);
