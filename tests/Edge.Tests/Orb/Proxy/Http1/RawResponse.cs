namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>What an upstream may say, and who understands it.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Bytes">Each character a byte; the connection is closed after it.</param>
internal sealed record RawResponse(string Name, string Bytes)
{
    /// <summary>What is asked.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Null: the platform's client makes the same of it. Otherwise why not, with the RFC's section.</summary>
    public string? Difference { get; init; }

    /// <summary>Where there is a difference: what our client makes of it, status and body; null: a failure.</summary>
    public string? Ours { get; init; }

    public override string ToString() => Name;
}
