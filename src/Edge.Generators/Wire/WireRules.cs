using Microsoft.CodeAnalysis;

namespace Edge.Generators.Wire;

/// <summary>What can be wrong with a declared message. Each is an error at the attribute or the field.</summary>
internal static class WireRules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule(1, "'{0}' must be partial: the generator writes its other half");
    public static readonly DiagnosticDescriptor NotRefStruct = Rule(2, "'{0}' must be a readonly ref struct: it is a view over bytes that it does not own");
    public static readonly DiagnosticDescriptor NotTopLevel = Rule(3, "'{0}' must be a top-level struct in a namespace, without type parameters");
    public static readonly DiagnosticDescriptor WrongSize = Rule(4, "'{0}' is declared with {1} bytes, its fields make {2}");
    public static readonly DiagnosticDescriptor UnsupportedType = Rule(5, "'{0}' has type '{1}'; a wire field is byte, ushort, uint, ulong, UInt128, bool, an unsigned enum, ReadOnlySpan<byte> or a wire message");
    public static readonly DiagnosticDescriptor BadBits = Rule(6, "bit fields at '{0}': {1}");
    public static readonly DiagnosticDescriptor TailNotLast = Rule(7, "'{0}' must come before the tail '{1}': {2}");
    public static readonly DiagnosticDescriptor BadLengthField = Rule(8, "the length field '{1}' of '{0}' {2}");
    public static readonly DiagnosticDescriptor BadConstant = Rule(9, "the constant of '{0}' {1}");
    public static readonly DiagnosticDescriptor BadNested = Rule(10, "'{0}' cannot nest '{1}': {2}");
    public static readonly DiagnosticDescriptor NoWidth = Rule(11, "'{0}' needs a width: {1}");
    public static readonly DiagnosticDescriptor BadOptional = Rule(12, "'{0}' cannot follow or be optional here: {1}");
    public static readonly DiagnosticDescriptor NotGetOnly = Rule(13, "'{0}' must be an instance property with only a getter: the view is read-only, Writer writes");
    public static readonly DiagnosticDescriptor TakenName = Rule(14, "'{0}' is the name of a member that the generator writes");
    public static readonly DiagnosticDescriptor UnseenArgument = Rule(15, "an argument at '{0}' is no constant that the generator can see; constants that it writes itself, such as Size, do not exist yet: write the number");

    public static readonly DiagnosticDescriptor[] All =
    [
        NotPartial, NotRefStruct, NotTopLevel, WrongSize, UnsupportedType, BadBits, TailNotLast,
        BadLengthField, BadConstant, BadNested, NoWidth, BadOptional, NotGetOnly, TakenName, UnseenArgument,
    ];

    private static DiagnosticDescriptor Rule(int number, string text) =>
        new($"EDGEW{number:000}", "Wire message declaration", text, "Edge.Wire", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
