using System.Net;

namespace Edge.Io.Control;

/// <summary>Where a control server is, and by which ways (tailscale v1.96.5, control/ts2021/client.go).</summary>
/// <param name="Url">`https://controlplane.example`, `http://10.0.0.1:8080`.</param>
internal sealed record ControlAddress(Uri Url)
{
    /// <summary>The authority of requests inside the channel.</summary>
    public string Authority => Url.IsDefaultPort ? Url.Host : $"{Url.Host}:{Url.Port}";

    /// <summary>
    /// The same ways, the one over TLS first where there are two: for a server that was dialled a moment ago, since some networks let the plain one
    /// through and break it soon after (tailscale v1.96.5, controlhttp/client.go, forceNoise443; there the plain one is not tried at all then).
    /// </summary>
    public bool PrefersTls { get; init; }

    /// <summary>The way that is tried first; Noise protects it, so it needs no TLS.</summary>
    public ControlRoute First => PrefersTls && Fallback is { } tls ? tls : Plain;

    /// <summary>The way that is tried when the first does not answer soon; null: there is none.</summary>
    public ControlRoute? Second => PrefersTls && Fallback is not null ? Plain : Fallback;

    private ControlRoute Plain => HasPort ? new(Url.Port, IsTls) : new(80, IsTls: false);

    private ControlRoute? Fallback => (HasPort, IsTls) switch
    {
        (true, true) => null,
        (_, false) when IsNear => null,
        _ => new(443, IsTls: true),
    };

    private bool IsTls => Url.Scheme == Uri.UriSchemeHttps;

    private bool HasPort => !Url.IsDefaultPort || Url.OriginalString.Contains($"{Url.Host}:{Url.Port}", StringComparison.OrdinalIgnoreCase);

    /// <summary>A host that can hardly have a certificate.</summary>
    private bool IsNear => Url.Host == "localhost" || (IPAddress.TryParse(Url.Host.Trim('[', ']'), out var address)
        && (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal || IsPrivate(address)));

    private static bool IsPrivate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 4
            && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254));
    }
}
