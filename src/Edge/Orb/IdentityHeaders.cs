namespace Edge.Orb;

/// <summary>
/// The header fields by which Tailscale Serve tells a server who asks. They are ours to set: what a client sends under such a name is
/// removed before anything else runs, on every listener.
/// </summary>
internal static class IdentityHeaders
{
    // Servers behind us may read `Tailscale_User_Login` as the same variable (RFC 3875, section 4.1.18, turns `-` into `_`). The whole
    // prefix is taken, not only today's names: no client has a use for it, and the next name would be open to all until we knew it.
    private const string Prefix = "tailscale";

    public static bool IsOne(ReadOnlySpan<char> name) =>
        name.Length > Prefix.Length && (name[Prefix.Length] is '-' or '_') && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
