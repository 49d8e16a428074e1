namespace Edge.Foundation.Netmap;

/// <summary>A node attribute or capability that the policy gives: `funnel`, `https://tailscale.com/cap/ssh`, `magicdns-aaaa`.</summary>
/// <param name="Name">Compared ordinally.</param>
/// <param name="Values">Arguments, each the text of a JSON value; mostly none.</param>
internal readonly record struct NodeCapability(string Name, ValueList<string> Values);
