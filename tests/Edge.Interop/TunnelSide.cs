using System.Globalization;
using System.Text;

namespace Edge.Interop;

/// <summary>One side of a tunnel, which some program runs.</summary>
internal abstract class TunnelSide(Side side)
{
    public const int Port = 51_820;

    public Side Side => side;

    /// <summary>Seconds since 1970 of the last handshake; 0: none.</summary>
    public abstract Task<long> LastHandshake();

    /// <summary>Where it believes the other side to be.</summary>
    public abstract Task<string> PeerEndpoint();

    /// <summary>The address of one side as an endpoint.</summary>
    public static string EndpointOf(Side side, bool isV4) =>
        string.Create(CultureInfo.InvariantCulture, $"{(isV4 ? side.Address(true) : $"[{side.Address(false)}]")}:{Port}");

    protected static string PeerSection(Side side, TunnelKeys keys, SideOptions options)
    {
        var other = side.Number == 1 ? side.Lab.B : side.Lab.A;
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            [Peer]
            PublicKey = {(side.Number == 1 ? keys.PublicB : keys.PublicA)}
            AllowedIPs = {other.InnerAddress(true)}/32, {other.InnerAddress(false)}/128{options.AllowedIps}

            """));
        if (options.HasPresharedKey)
            text.Append("PresharedKey = ").Append(keys.Preshared).Append('\n');
        if (options.Endpoint is not null)
            text.Append("Endpoint = ").Append(options.Endpoint).Append('\n');
        return text.ToString();
    }
}
