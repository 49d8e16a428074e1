namespace Edge.Protocols.Netstack;

/// <summary>Comparison of 32-bit sequence numbers (RFC 9293 section 3.4): they wrap, so only distances below 2^31 have an order.</summary>
internal static class Sequence
{
    public static bool Before(uint a, uint b) => (int)(a - b) < 0;

    public static bool AtMost(uint a, uint b) => (int)(a - b) <= 0;

    public static uint Later(uint a, uint b) => Before(a, b) ? b : a;

    public static uint Earlier(uint a, uint b) => Before(a, b) ? a : b;
}
