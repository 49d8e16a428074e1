namespace Edge.Foundation.Netmap;

/// <summary>A capability that a rule's sources have when they talk to a destination of this node.</summary>
/// <param name="Destination">Addresses of this node for which it holds.</param>
/// <param name="Name">`example.com/cap/app`.</param>
/// <param name="Values">Arguments, each the text of a JSON value.</param>
/// <param name="HasValues">False: the rule has a name alone, or null for the arguments, which who-is tells apart from an empty list.</param>
internal readonly record struct FilterGrant(Addresses.IpPrefix Destination, string Name, ValueList<string> Values, bool HasValues);
