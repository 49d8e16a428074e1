namespace Edge.Protocols.Control;

/// <summary>
/// What this client promises to understand (tailcfg.CapabilityVersion). It goes into the key's URL, the Noise header and prologue, and both
/// requests. 130 is Tailscale 1.90: streams are read-only (68), named filters (81), jailed peers (94), capability sources (109), integer home
/// relays (111), AllowedIPs null means the addresses (112), display messages (117), seamless key renewal (126). What 51 and 64 say of tailnet lock is that
/// a node may begin it; this client holds no log of it, says so by sending no TKAHead, and checks no signatures.
/// </summary>
internal static class CapabilityVersion
{
    public const ushort Current = 130;
}
