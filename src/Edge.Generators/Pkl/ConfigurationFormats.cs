namespace Edge.Generators.Pkl;

/// <summary>
/// The string formats that a schema may name with <c>@Format</c>: the C# type of the parsed value, and the binder's method that
/// parses it.
/// </summary>
internal static class ConfigurationFormats
{
    private static readonly Dictionary<string, (string ClrType, string Reader, bool IsValueType)> Known = new()
    {
        ["cidr"] = ("IPNetwork", "Cidr", true),
        ["domain"] = ("string", "Domain", false),
        ["file"] = ("string", "FilePath", false),
        ["glob"] = ("string", "Glob", false),
        ["header"] = ("string", "HeaderName", false),
        ["host-port"] = ("HostPort", "HostPort", false),
        ["hostname"] = ("string", "Hostname", false),
        ["interface-address"] = ("InterfaceAddress", "InterfaceAddress", false),
        ["ip"] = ("IPAddress", "IpAddress", false),
        ["listen"] = ("ListenAddress", "ListenAddress", false),
        ["log-output"] = ("string", "LogOutput", false),
        ["method"] = ("string", "HttpMethod", false),
        ["path-pattern"] = ("string", "PathPattern", false),
        ["redirect"] = ("string", "RedirectTarget", false),
        ["regex"] = ("string", "RegularExpression", false),
        ["state"] = ("string", "StateDir", false),
        ["tag"] = ("string", "NodeTag", false),
        ["upstream"] = ("UpstreamAddress", "UpstreamAddress", false),
        ["url"] = ("Uri", "Url", false),
        ["wireguard-key"] = ("string", "WireGuardKey", false),
    };

    public static bool IsKnown(string format) => Known.ContainsKey(format);

    public static string ClrTypeOf(string format) => Known[format].ClrType;

    public static string ReaderOf(string format) => Known[format].Reader;

    public static bool IsValueType(string format) => Known[format].IsValueType;
}
