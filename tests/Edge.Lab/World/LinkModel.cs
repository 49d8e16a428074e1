namespace Edge.Lab.World;

/// <summary>What the way between two hosts does to datagrams.</summary>
/// <param name="Loss">The share that never arrives.</param>
/// <param name="Duplication">The share that arrives twice.</param>
/// <param name="LeastDelay">The shortest way.</param>
/// <param name="MostDelay">The longest: each datagram takes a time of its own in between, and overtakes others.</param>
internal sealed record LinkModel(double Loss, double Duplication, TimeSpan LeastDelay, TimeSpan MostDelay)
{
    /// <summary>Everything arrives once and in order.</summary>
    public static LinkModel Clean { get; } = new(0, 0, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10));

    /// <summary>Nothing arrives.</summary>
    public static LinkModel Dead { get; } = Clean with { Loss = 1 };

    /// <summary>A fifth is lost, a twentieth comes twice, and a third of a second lies between the fastest and the slowest.</summary>
    public static LinkModel Bad { get; } = new(0.2, 0.05, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(340));
}
