namespace Edge.Orb.Proxy;

/// <summary>One line of a header, each character a byte of it (Latin-1).</summary>
internal readonly record struct HeaderField(string Name, string Value);
