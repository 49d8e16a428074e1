namespace Edge.Node.Networks;

/// <summary>What has been read of a SOCKS message.</summary>
internal enum SocksVerdict
{
    Whole,
    NeedsMore,
    Malformed,
}
