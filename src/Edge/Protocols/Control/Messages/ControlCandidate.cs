using Edge.Foundation.Addresses;

namespace Edge.Protocols.Control.Messages;

/// <summary>An address of the control server's, as the server itself tells it (tailcfg.ControlIPCandidate, v1.96.5).</summary>
/// <param name="Address">Dialled in place of a look-up.</param>
/// <param name="Delay">From the beginning of dialling to this attempt; 0 to 60 s.</param>
/// <param name="Limit">For the attempt; 0 to 60 s.</param>
internal readonly record struct ControlCandidate(IpAddress Address, TimeSpan Delay, TimeSpan Limit)
{
    /// <summary>More are not taken.</summary>
    public const int Most = 32;

    public static TimeSpan Longest => TimeSpan.FromSeconds(60);
}
