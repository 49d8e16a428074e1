namespace Edge.Protocols.Control.Messages;

/// <summary>What the server says of tailnet lock (tailcfg.TKAInfo).</summary>
/// <param name="Head">Of its log, in Base32; empty: there is none.</param>
/// <param name="IsDisabled">It was turned off.</param>
internal sealed record TailnetLockState(string Head, bool IsDisabled);
