using System.Net;

namespace Edge.Io.Derp;

/// <summary>Where a relay is and how it proves itself: a node of a DERP map (tailscale 1.96.5, tailcfg.DERPNode).</summary>
internal sealed record DerpNode
{
    /// <summary>What a pin begins with: SHA-256 of the whole certificate follows, in hexadecimal.</summary>
    public const string PinPrefix = "sha256-raw:";

    /// <summary>How long one address may take to answer.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1.5);

    /// <summary>Its name, or an address.</summary>
    public required string HostName { get; init; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; init; } = 443;

    /// <summary>The name that its certificate is for where that is another, or a pin; empty: it is for the host.</summary>
    public string CertName { get; init; } = "";

    /// <summary>An IPv4 address in place of looking the name up; anything else that is not empty means none.</summary>
    public string IPv4 { get; init; } = "";

    /// <summary>The same of IPv6.</summary>
    public string IPv6 { get; init; } = "";

    /// <summary>Any certificate will do.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>The name of the region's node that the client would rather be at; null: this one.</summary>
    public string? IdealNode { get; init; }

    public bool IsPinned => CertName.StartsWith(PinPrefix, StringComparison.Ordinal);

    /// <summary>What is dialled, in order.</summary>
    public IReadOnlyList<string> Addresses
    {
        get
        {
            List<string> fixedOnes = [];
            foreach (var text in (ReadOnlySpan<string>)[IPv4, IPv6])
                if (IPAddress.TryParse(text, out _))
                    fixedOnes.Add(text);
            return fixedOnes.Count > 0 ? fixedOnes : [HostName];
        }
    }

    public override string ToString() => HostName.Contains(':') ? $"[{HostName}]:{Port}" : $"{HostName}:{Port}";
}
