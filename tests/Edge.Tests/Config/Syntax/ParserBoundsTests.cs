using System.Text;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>Input cannot exhaust the stack or the memory: depth and size have bounds that name themselves.</summary>
public sealed class ParserBoundsTests
{
    private static readonly Dictionary<string, Func<int, string>> Shapes = new()
    {
        ["parentheses"] = n => $"a = {Repeat("(", n)}1{Repeat(")", n)}",
        ["open parentheses"] = n => $"a = {Repeat("(", n)}",
        ["objects"] = n => $"{Repeat("a {", n)}{Repeat("}", n)}",
        ["open objects"] = n => Repeat("a {", n),
        ["new"] = n => $"a = {Repeat("new { b = ", n)}1{Repeat("}", n)}",
        ["amended"] = n => $"a = (b){Repeat(" {}", n)}",
        ["signs"] = n => $"a = {Repeat("- ", n)}1",
        ["negations"] = n => $"a = {Repeat("! ", n)}b",
        ["non-null"] = n => $"a = b{Repeat("!!", n)}",
        ["sum"] = n => $"a = 1{Repeat(" + 1", n)}",
        ["power"] = n => $"a = 1{Repeat(" ** 1", n)}",
        ["accesses"] = n => $"a = b{Repeat(".c", n)}",
        ["calls"] = n => $"a = {Repeat("f(", n)}{Repeat(")", n)}",
        ["subscripts"] = n => $"a = b{Repeat("[0]", n)}",
        ["casts"] = n => $"a = b{Repeat(" as T", n)}",
        ["conditions"] = n => $"a = {Repeat("if (b) c else ", n)}d",
        ["lets"] = n => $"a = {Repeat("let (b = c) ", n)}d",
        ["functions"] = n => $"a = {Repeat("(b) -> ", n)}c",
        ["interpolations"] = n => $"a = {Repeat("\"\\(", n)}1{Repeat(")\"", n)}",
        ["raw interpolations"] = n => $"a = {Repeat("##\"\\##(", n)}1{Repeat(")\"##", n)}",
        ["multi-line interpolations"] = n => $"a = {Repeat("\"\"\"\n\\(", n)}1{Repeat(")\n\"\"\"", n)}",
        ["nullable types"] = n => $"a: B{Repeat("? ", n)}",
        ["type arguments"] = n => $"a: {Repeat("B<", n)}C{Repeat(">", n)}",
        ["parenthesized types"] = n => $"a: {Repeat("(", n)}B{Repeat(")", n)}",
        ["function types"] = n => $"a: {Repeat("(B) -> ", n)}C",
        ["constraints"] = n => $"a: B{Repeat("(c)", n)}",
        ["nested constraints"] = n => $"a: {Repeat("B(c is ", n)}D{Repeat(")", n)}",
        ["chains in first operands"] = n => $"a = {Repeat("(", n / 20)}b{Repeat(Repeat(".c", 20) + ")", n / 20)}",
        ["generators"] = n => $"a {{ {Repeat("when (b) {", n)}{Repeat("}", n)} }}",
    };

    public static IEnumerable<string> ShapeNames() => Shapes.Keys;

    [Test]
    [MethodDataSource(nameof(ShapeNames))]
    public async Task Nesting_beyond_the_bound_is_refused_by_name(string shape)
    {
        foreach (var n in new[] { 2_000, 200_000 })
        {
            var error = Assert.Throws<SyntaxException>(() => Parse.Module(Shapes[shape](n)));
            await Assert.That(error.Headline).IsEqualTo("Nested too deeply: more than 500 levels.");
        }
    }

    // The generator runs on threads of 1 MB, the executable may; walks over the tree need as much as the parser did.
    [Test]
    [MethodDataSource(nameof(ShapeNames))]
    public async Task The_deepest_allowed_tree_is_parsed_on_a_small_stack(string shape)
    {
        Exception? failure = null;
        var deepest = 0;
        var thread = new Thread(
            () =>
            {
                try
                {
                    foreach (var n in Enumerable.Range(1, 25).Select(i => i * 20))
                    {
                        Parse.Module(Shapes[shape](n));
                        deepest = n;
                    }
                }
                catch (SyntaxException e) when (e.Headline.StartsWith("Nested too deeply", StringComparison.Ordinal))
                {
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            1024 * 1024);
        thread.Start();
        thread.Join();
        await Assert.That(shape.StartsWith("open", StringComparison.Ordinal) || failure is null).IsTrue().Because(failure?.ToString() ?? "");
        await Assert.That(shape.StartsWith("open", StringComparison.Ordinal) || deepest >= 200).IsTrue().Because($"deepest: {deepest}");
    }

    [Test]
    [Arguments("[1]\n")]
    [Arguments("b = 1\n")]
    [Arguments("new {}\n")]
    [Arguments("\"\\(b)\"\n")]
    public async Task Length_alone_is_not_depth(string member)
    {
        var module = Parse.Module($"a {{\n{Repeat(member.StartsWith('[') ? "[1] = 1\n" : member, 20_000)}}}");
        await Assert.That(((PropertySyntax)module.Members[0]).Bodies[0].Members.Length).IsEqualTo(20_000);
    }

    [Test]
    public async Task A_union_of_many_types_is_not_deep()
    {
        var module = Parse.Module("typealias A = B?" + Repeat("|C?", 5_000));
        await Assert.That(((UnionType)((TypeAliasSyntax)module.Members[0]).Type).Alternatives.Length).IsEqualTo(5_001);
    }

    [Test]
    public async Task A_file_beyond_8_MiB_is_refused_before_it_is_read()
    {
        var bytes = new byte[Parser.MaxBytes + 1];
        bytes.AsSpan().Fill((byte)' ');
        var error = Assert.Throws<SyntaxException>(() => Parser.Parse(new SourceText("file:///a.pkl", "a.pkl", bytes)));
        await Assert.That(error.Headline).IsEqualTo("The file is too large: more than 8 MiB.");
        await Assert.That(error.Advice).IsEqualTo("Split it into modules and import them.");
        var largest = Parser.Parse(new SourceText("file:///a.pkl", "a.pkl", bytes.AsMemory(1)));
        await Assert.That(largest.Members.Length).IsEqualTo(0);
    }

    [Test]
    public async Task The_lexer_allocates_nothing_for_a_token()
    {
        var source = Parse.Text(Repeat("a = b.c + 0x1f * 1.5e3 // d\ne = \"f\\(g)\\n\" /* h */\n", 2_000));
        Lex(source);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokens = Lex(source);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        await Assert.That(tokens).IsGreaterThan(30_000);
        // A collection in between counts what the thread had reserved: some kilobytes, where one object a token were a megabyte.
        await Assert.That(allocated).IsLessThan(100_000);
    }

    private static int Lex(SourceText source)
    {
        var lexer = new Lexer(source);
        var tokens = 0;
        while (lexer.Next() != TokenKind.EndOfFile)
            tokens++;
        return tokens;
    }

    private static string Repeat(string s, int n) => new StringBuilder(s.Length * n).Insert(0, s, n).ToString();
}
