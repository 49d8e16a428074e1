using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>What the policy lets a source ask of an application.</summary>
/// <param name="Name">`example.com/cap/app`.</param>
/// <param name="Values">Arguments of all rules that grant it, each the text of a JSON value.</param>
/// <param name="HasValues">False: no rule gave a list of arguments, which JSON shows as null and not as `[]`.</param>
internal readonly record struct GrantedCapability(string Name, ValueList<string> Values, bool HasValues);
