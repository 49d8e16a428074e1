using Edge.Config.Evaluation;

namespace Edge.Config.Library;

/// <summary>
/// The <c>external</c> members of the standard library. They are found by switches over names, so that nothing is built when an
/// evaluation starts. What is declared but not implemented is not found, and the evaluator refuses it by name.
/// </summary>
internal static class ExternalMembers
{
    /// <param name="type">
    /// The simple name of the class that declares the member, or for a module's own the module's name without <c>pkl.</c>.
    /// </param>
    /// <param name="member">The property or method; a property and a method of one name differ by their arguments.</param>
    internal static ExternalMember? Find(string type, string member) => type switch
    {
        "base" => BaseMembers.Find(member),
        "test" => TestMembers.Find(member),
        "math" => MathMembers.Find(member),
        "platform" => PlatformMembers.Find(member),
        "Any" => AnyMembers.Find(member),
        "Class" => AnyMembers.FindOfClass(member),
        "Module" => ModuleMembers.Find(member),
        "Boolean" => AnyMembers.FindOfBoolean(member),
        "Int" => IntMembers.Find(member),
        "Float" => FloatMembers.Find(member),
        "String" => StringMembers.Find(member) ?? StringPatternMembers.Find(member),
        "Regex" => RegexMembers.Find(member),
        "Duration" => DurationMembers.Find(member),
        "DataSize" => DataSizeMembers.Find(member),
        "Bytes" => BytesMembers.Find(member),
        "Pair" => PairMembers.Find(member),
        "IntSeq" => IntSeqMembers.Find(member),
        "List" => ListMembers.Find(member) ?? CollectionMembers.Find(member),
        "Set" => SetMembers.Find(member) ?? CollectionMembers.Find(member),
        "Map" => MapMembers.Find(member),
        "Typed" => TypedMembers.Find(member),
        "Dynamic" => DynamicMembers.Find(member),
        "Listing" => ListingMembers.Find(member),
        "Mapping" => MappingMembers.Find(member),
        "Function" or "Function0" or "Function1" or "Function2" or "Function3" or "Function4" or "Function5" => AnyMembers.FindOfFunction(member),
        "PcfRenderer" => PcfRenderer.Find(member),
        _ => null,
    };
}
