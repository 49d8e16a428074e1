using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;

namespace Edge.Foundation.Configuration;

// The forms of addresses in a configuration, on one page. `TryParse` takes what the schema's notations say and nothing more.

/// <summary>A host, by name or address (IPv6 without brackets), and a port.</summary>
internal sealed record HostPort(string Host, int Port)
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>The host as an address; null where it is a name.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary>Whether only this host can reach it: 127.0.0.0/8, ::1 or <c>localhost</c>.</summary>
    public bool IsLoopback =>
        Address is { } address ? IPAddress.IsLoopback(address) : Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(true)] out HostPort? result)
    {
        result = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(text.AsSpan(colon + 1), out var port)) return false;
        if (!TryParseHost(text[..colon], out var host)) return false;
        result = new HostPort(host, port);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    internal static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;

    /// <summary>A name, an IPv4 address, or an IPv6 address in brackets.</summary>
    internal static bool TryParseHost(string text, [NotNullWhen(true)] out string? host)
    {
        host = null;
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            if (!IPAddress.TryParse(text[1..^1], out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return false;
            host = address.ToString();
            return true;
        }
        var isNumbers = text.Length > 0 && !text.AsSpan().ContainsAnyExcept(NumberCharacters);
        if (isNumbers ? !IpRanges.TryParseAddress(text, out _) : !HostNames.IsHostName(text)) return false;
        host = text;
        return true;
    }
}

/// <summary>Where a server listens: a port on all addresses (<see cref="Host"/> null) or on one, or a Unix socket.</summary>
internal sealed record ListenAddress
{
    /// <summary>A name or address (IPv6 without brackets); null for all addresses, and for a Unix socket.</summary>
    public string? Host { get; init; }

    /// <summary>0 for a Unix socket.</summary>
    public int Port { get; init; }

    /// <summary>The socket's path; <c>@name</c> is in the abstract namespace.</summary>
    public string? UnixPath { get; init; }

    /// <summary>Whether only this host can reach it.</summary>
    public bool IsLocal => UnixPath is not null || (Host is not null && new HostPort(Host, Port).IsLoopback);

    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? result)
    {
        result = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = text["unix:".Length..];
            if (path is "" or "@" || !(path[0] is '/' or '@' or '.')) return false;
            result = new ListenAddress { UnixPath = path };
        }
        else if (text.StartsWith(':'))
        {
            if (!HostPort.TryParsePort(text.AsSpan(1), out var port)) return false;
            result = new ListenAddress { Port = port };
        }
        else
        {
            if (!HostPort.TryParse(text, out var hostPort)) return false;
            result = new ListenAddress { Host = hostPort.Host, Port = hostPort.Port };
        }
        return true;
    }

    public override string ToString() =>
        UnixPath is not null ? "unix:" + UnixPath
        : Host is null ? string.Create(CultureInfo.InvariantCulture, $":{Port}")
        : new HostPort(Host, Port).ToString();
}

/// <summary>Where a proxy sends requests.</summary>
/// <param name="Scheme"><c>http</c>, <c>https</c> or <c>h2c</c> (HTTP/2 without TLS).</param>
/// <param name="Target">The server.</param>
internal sealed record UpstreamAddress(string Scheme, HostPort Target)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out UpstreamAddress? result)
    {
        result = null;
        var scheme = "http";
        var rest = text;
        if (text.IndexOf("://", StringComparison.Ordinal) is var at and >= 0)
        {
            scheme = text[..at].ToLowerInvariant();
            if (scheme is not ("http" or "https" or "h2c")) return false;
            rest = text[(at + 3)..].TrimEnd('/');
            if (!HostPort.TryParse(rest, out _) && HostPort.TryParseHost(rest, out _)) rest += scheme == "https" ? ":443" : ":80";
        }
        if (!HostPort.TryParse(rest, out var target)) return false;
        result = new UpstreamAddress(scheme, target);
        return true;
    }

    public override string ToString() => $"{Scheme}://{Target}";
}

/// <summary>An interface's address with its network's prefix length.</summary>
internal sealed record InterfaceAddress(IPAddress Address, int PrefixLength)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out InterfaceAddress? result)
    {
        result = null;
        var slash = text.IndexOf('/');
        if (!IpRanges.TryParseAddress(slash < 0 ? text : text[..slash], out var address)) return false;
        var bits = IpRanges.BitsOf(address);
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits)
            && bits <= IpRanges.BitsOf(address))) return false;
        result = new InterfaceAddress(address, bits);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
}

/// <summary>Address ranges as configurations write them.</summary>
internal static class IpRanges
{
    public static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    /// <inheritdoc cref="IpAddress.IsPlain"/>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return IpAddress.IsPlain(text) && IPAddress.TryParse(text, out address);
    }

    /// <summary>The range, with the bits after the prefix cleared; <paramref name="isExact"/> tells whether they were.</summary>
    public static bool TryParse(string text, out IPNetwork range, out bool isExact)
    {
        range = default;
        isExact = false;
        if (!InterfaceAddress.TryParse(text, out var written)) return false;
        var bytes = written.Address.GetAddressBytes();
        for (var bit = written.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        var network = new IPAddress(bytes);
        isExact = network.Equals(written.Address);
        range = new IPNetwork(network, written.PrefixLength);
        return true;
    }
}
