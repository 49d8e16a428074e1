namespace Edge.Io.Http;

/// <summary>One question over HTTP/1.1. Secrets may be in its header and body, so it does not print them.</summary>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Url">An HTTP or HTTPS URL.</param>
internal sealed record HttpQuestion(HttpMethod Method, Uri Url)
{
    /// <summary>To the end of the answer.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest body that is taken, in bytes.</summary>
    public int MostBytes { get; init; } = 64 * 1024;

    /// <summary>Null: the question has no body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string BodyType { get; init; } = "application/json";

    /// <summary>The media type that is wanted; null: any.</summary>
    public string? Accept { get; init; }

    /// <summary>The Authorization field; null: none.</summary>
    public string? Authorization { get; init; }

    public override string ToString() => $"{Method} {Url.GetLeftPart(UriPartial.Path)}";
}
