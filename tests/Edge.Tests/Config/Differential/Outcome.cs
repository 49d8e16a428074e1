namespace Edge.Tests.Config.Differential;

/// <summary>What an evaluation gave: PCF, or what is wrong, without where.</summary>
/// <param name="Output">The PCF; empty after a failure.</param>
/// <param name="Headline">The first paragraph of the error; empty after a success.</param>
internal sealed record Outcome(string Output, string Headline)
{
    public override string ToString() => Headline.Length > 0 ? $"error: {Headline}" : Output;
}
