using System.Text;

namespace Edge.Fuzz.Pkl;

/// <summary>What Pkl inputs are made of: the language snippets and the language's words.</summary>
internal static class PklSources
{
    public static IReadOnlyList<byte[]> Snippets { get; } =
    [
        .. new[] { "tier1", "tier2" }
            .SelectMany(tier => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests", "pkl", tier), "*.pkl", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(bytes => bytes.Length <= 16 * 1024)
    ];

    public static IReadOnlyList<byte[]> Words { get; } =
    [
        .. """"
            abstract amends as class const else extends external false fixed for function hidden if import import* in is let local module new
            nothing null open out outer read read? read* super this throw trace true typealias unknown when _ case delete override
            ( ) { } [ ] [[ ]] , . ?. ?? !! @ = > < ! ? : -> == != <= >= && || + - ** * / ~/ % | |> ... ...? ; ` " """ # #" "# ##" \( \#( \n \u{41} \u{10FFFF} \u{
            // /// /* */ #! 0x 0b1 0o7 1e 1e9 .5 1.5 9223372036854775807 9223372036854775808 0_1 a b.c f(x) (x)->x new{} {a=1} [0]=1 "a" """b""" x:Int Int? A|*B List<Int> String(length>1)
            """".Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes),
        .. new[] { "\n", "\r\n", "\r", "\t", " ", "\f", "\0", "\uFEFF", "é", "日本", "😀", "\u2028", "\u00A0", "\u0301", "\"\"\"\n", "\n\"\"\"", "\"\\(", ")\"", "if (a) b else ", "let (a = b) ", "(a) -> " }
            .Select(Encoding.UTF8.GetBytes),
        [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xFF],
    ];
}
