namespace Edge.Config.Syntax;

internal static class Keywords
{
    /// <summary>The keyword's kind, or <see cref="TokenKind.Identifier"/>.</summary>
    public static TokenKind Find(ReadOnlySpan<byte> word) => word.Length switch
    {
        1 => word[0] == '_' ? TokenKind.Underscore : TokenKind.Identifier,
        2 => Find2(word),
        3 => Find3(word),
        4 => Find4(word),
        5 => Find5(word),
        6 => Find6(word),
        7 => Find7(word),
        8 => Find8(word),
        9 => word.SequenceEqual("protected"u8) ? TokenKind.Protected
            : word.SequenceEqual("typealias"u8) ? TokenKind.TypeAlias : TokenKind.Identifier,
        _ => TokenKind.Identifier,
    };

    /// <summary>How Pkl's messages call a keyword: by its text but for those of more than one word.</summary>
    public static string NameOf(TokenKind kind, string text) => kind switch
    {
        TokenKind.ImportGlob => "import_star",
        TokenKind.ReadGlob => "read_star",
        TokenKind.ReadOrNull => "read_question",
        TokenKind.TypeAlias => "type_alias",
        _ => text,
    };

    private static TokenKind Find2(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("as"u8) ? TokenKind.As
        : word.SequenceEqual("if"u8) ? TokenKind.If
        : word.SequenceEqual("in"u8) ? TokenKind.In
        : word.SequenceEqual("is"u8) ? TokenKind.Is
        : TokenKind.Identifier;

    private static TokenKind Find3(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("for"u8) ? TokenKind.For
        : word.SequenceEqual("let"u8) ? TokenKind.Let
        : word.SequenceEqual("new"u8) ? TokenKind.New
        : word.SequenceEqual("out"u8) ? TokenKind.Out
        : TokenKind.Identifier;

    private static TokenKind Find4(ReadOnlySpan<byte> word) => word[0] switch
    {
        (byte)'c' => word.SequenceEqual("case"u8) ? TokenKind.Case : TokenKind.Identifier,
        (byte)'e' => word.SequenceEqual("else"u8) ? TokenKind.Else : TokenKind.Identifier,
        (byte)'n' => word.SequenceEqual("null"u8) ? TokenKind.Null : TokenKind.Identifier,
        (byte)'o' => word.SequenceEqual("open"u8) ? TokenKind.Open : TokenKind.Identifier,
        (byte)'r' => word.SequenceEqual("read"u8) ? TokenKind.Read : TokenKind.Identifier,
        (byte)'t' => word.SequenceEqual("this"u8) ? TokenKind.This : word.SequenceEqual("true"u8) ? TokenKind.True : TokenKind.Identifier,
        (byte)'w' => word.SequenceEqual("when"u8) ? TokenKind.When : TokenKind.Identifier,
        _ => TokenKind.Identifier,
    };

    private static TokenKind Find5(ReadOnlySpan<byte> word) => word[0] switch
    {
        (byte)'c' => word.SequenceEqual("class"u8) ? TokenKind.Class : word.SequenceEqual("const"u8) ? TokenKind.Const : TokenKind.Identifier,
        (byte)'f' => word.SequenceEqual("false"u8) ? TokenKind.False : word.SequenceEqual("fixed"u8) ? TokenKind.Fixed : TokenKind.Identifier,
        (byte)'l' => word.SequenceEqual("local"u8) ? TokenKind.Local : TokenKind.Identifier,
        (byte)'o' => word.SequenceEqual("outer"u8) ? TokenKind.Outer : TokenKind.Identifier,
        (byte)'s' => word.SequenceEqual("super"u8) ? TokenKind.Super : TokenKind.Identifier,
        (byte)'t' => word.SequenceEqual("throw"u8) ? TokenKind.Throw : word.SequenceEqual("trace"u8) ? TokenKind.Trace : TokenKind.Identifier,
        _ => TokenKind.Identifier,
    };

    private static TokenKind Find6(ReadOnlySpan<byte> word) => word[0] switch
    {
        (byte)'a' => word.SequenceEqual("amends"u8) ? TokenKind.Amends : TokenKind.Identifier,
        (byte)'d' => word.SequenceEqual("delete"u8) ? TokenKind.Delete : TokenKind.Identifier,
        (byte)'h' => word.SequenceEqual("hidden"u8) ? TokenKind.Hidden : TokenKind.Identifier,
        (byte)'i' => word.SequenceEqual("import"u8) ? TokenKind.Import : TokenKind.Identifier,
        (byte)'m' => word.SequenceEqual("module"u8) ? TokenKind.Module : TokenKind.Identifier,
        (byte)'r' => word.SequenceEqual("record"u8) ? TokenKind.Record : TokenKind.Identifier,
        (byte)'s' => word.SequenceEqual("switch"u8) ? TokenKind.Switch : TokenKind.Identifier,
        (byte)'v' => word.SequenceEqual("vararg"u8) ? TokenKind.Vararg : TokenKind.Identifier,
        _ => TokenKind.Identifier,
    };

    private static TokenKind Find7(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("extends"u8) ? TokenKind.Extends
        : word.SequenceEqual("nothing"u8) ? TokenKind.Nothing
        : word.SequenceEqual("unknown"u8) ? TokenKind.Unknown
        : TokenKind.Identifier;

    private static TokenKind Find8(ReadOnlySpan<byte> word) => word[0] switch
    {
        (byte)'a' => word.SequenceEqual("abstract"u8) ? TokenKind.Abstract : TokenKind.Identifier,
        (byte)'e' => word.SequenceEqual("external"u8) ? TokenKind.External : TokenKind.Identifier,
        (byte)'f' => word.SequenceEqual("function"u8) ? TokenKind.Function : TokenKind.Identifier,
        (byte)'o' => word.SequenceEqual("override"u8) ? TokenKind.Override : TokenKind.Identifier,
        _ => TokenKind.Identifier,
    };
}
