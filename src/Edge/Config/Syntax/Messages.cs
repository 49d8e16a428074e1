namespace Edge.Config.Syntax;

/// <summary>
/// The wording of syntax errors. Headlines are Pkl's own (pkl-parser's errorMessages.properties at 0.30.2, Apache-2.0), because its
/// documentation, its users and its tests know an error by them.
/// </summary>
internal static class Messages
{
    public const string UnexpectedEndOfFile = "Unexpected end of file.";

    public const string MisplacedSeparator =
        "Unexpected separator character.\n\nThe separator character (`_`) cannot follow `0x`, `0b`, `.`, `e`, or 'E' in a number literal.";

    public const string InvalidTopLevelToken = "Invalid token at position. Expected a class, typealias, method, or property.";

    public const string InvalidProperty = "Invalid property definition. Expected a type annotation, `=` or `{`.";

    public const string DanglingDocComment =
        "Dangling documentation comment.\n\nDocumentation comments must be attached to modules, classes, typealiases, methods, or properties.";

    public const string TypeAnnotationInAmends =
        "Properties with type annotations cannot have object bodies.\n\nTo define both a type annotation and an object body, try using assignment instead.\n"
        + "For example: `obj: Bird = new { ... }`.";

    public const string StringContentMustBeginOnNewLine = "The content of a multi-line string must begin on a new line.";

    public const string StringIndentationMustMatchLastLine = "Line must match or exceed indentation of the String's last line.";

    public const string ClosingStringDelimiterMustBeginOnNewLine = "The closing delimiter of a multi-line string must begin on a new line.";

    public const string InterpolationInConstant = "String constant cannot have interpolated values.";

    public const string MultipleUnionDefaults = "A type union cannot have more than one default type.";

    public const string NotAUnion = "Only type unions can have a default marker (*).";

    public const string HeadersOnImport = "Imports cannot have doc comments, annotations or modifiers.";

    public static string UnexpectedCharacter(string got, string didYouMean) => $"Unexpected character `{got}`. Did you mean `{didYouMean}`?";

    public static string UnexpectedToken(string got) => $"Unexpected token `{got}`.";

    public static string UnexpectedToken(string got, string expected) => $"Unexpected token `{got}`. Expected `{expected}`.";

    public static string UnexpectedToken(string got, string expected, string or) => $"Unexpected token `{got}`. Expected `{expected}` or `{or}`.";

    public static string UnexpectedTokenForType(string got, string? or) =>
        or is null ? $"Unexpected token `{got}`. Expected a type." : $"Unexpected token `{got}`. Expected a type or `{or}`.";

    public static string UnexpectedBrace(string parent) =>
        $"Unexpected token: `{{`.\n\nIf you meant to write an amends expression, wrap the parent in parentheses. Try: `({parent}) {{ ... }}`";

    public static string MissingDelimiter(string delimiter) => $"Missing `{delimiter}` delimiter.";

    public static string InvalidEscape(string sequence) =>
        $"Invalid character escape sequence `{sequence}`.\n\nValid character escape sequences are:  \\n  \\r  \\t  \\\"  \\\\";

    public static string InvalidUnicodeEscape(string sequence) =>
        $"Invalid Unicode escape sequence `{sequence}`.\n\nValid Unicode escape sequences are {sequence.Substring(0, sequence.IndexOf('{'))}{{0}} to "
        + $"{sequence.Substring(0, sequence.IndexOf('{'))}{{10FFFF}} (1-6 hexadecimal characters).";

    public static string UnterminatedUnicodeEscape(string sequence) =>
        $"Unterminated Unicode escape sequence `{sequence}`.\n\nUnicode escape sequences must end with `}}`.";

    public static string KeywordNotAllowedHere(TokenKind keyword, string text) =>
        $"Keyword `{Keywords.NameOf(keyword, text)}` is not allowed here.\n\nIf you must use this name as identifier, enclose it in backticks.";

    public static string IntTooLarge(string literal) => $"Int literal `{literal}` is too large.";

    public static string TooDeep(int limit) =>
        $"Nested too deeply: more than {limit} levels.\n\nMove inner parts to properties or functions of their own, or split a long chain of operators.";

    public static string TooLarge(int limit) => $"The file is too large: more than {limit / 1024 / 1024} MiB.\n\nSplit it into modules and import them.";

    public static string NotUtf8(int offset) => $"Not UTF-8: the byte at offset {offset} does not belong to a character.\n\nSave the file as UTF-8.";
}
