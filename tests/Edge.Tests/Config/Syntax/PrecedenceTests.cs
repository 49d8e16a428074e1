namespace Edge.Tests.Config.Syntax;

/// <summary>How operators group, against the values that Pkl 0.30.2 gives (tests/pkl/PRECEDENCE.tsv).</summary>
public sealed class PrecedenceTests
{
    [Test]
    public async Task Every_pair_of_operators_groups_as_in_Pkl()
    {
        var differences = new List<string>();
        var rows = File.ReadLines(Repository.PathOf("tests", "pkl", "PRECEDENCE.tsv")).Skip(1).Select(l => l.Split('\t')).ToList();
        foreach (var row in rows)
            if (SyntaxDump.Meaning(Parse.Expression(row[0])) != SyntaxDump.Meaning(Parse.Expression(row[1])))
                differences.Add($"{row[0]} is not {row[1]}");
        await Assert.That(differences).IsEmpty();
        await Assert.That(rows.Count).IsGreaterThan(500);
    }

    // What a value cannot show, because both groupings mean the same or one of them is no expression.
    [Test]
    [Arguments("a ?? b ?? c", "a ?? (b ?? c)")]
    [Arguments("a ** b ** c", "a ** (b ** c)")]
    [Arguments("a |> b |> c", "(a |> b) |> c")]
    [Arguments("- -a", "-(-a)")]
    [Arguments("!-a!!", "!(-(a!!))")]
    [Arguments("a as B.c", "a as B.c")]
    [Arguments("a as B<C>.d", "(a as B<C>).d")]
    [Arguments("a is B|C?", "a is (B|C?)")]
    [Arguments("let (x = a) x + b ?? c", "let (x = a) ((x + b) ?? c)")]
    [Arguments("(x) -> x + b ?? c", "(x) -> ((x + b) ?? c)")]
    [Arguments("a.b[c].d(e)[f]!!.g", "((((a.b)[c]).d(e))[f]!!).g")]
    public async Task The_rest_groups_as_the_grammar_says(string expression, string grouped) =>
        await Assert.That(Meaning(expression)).IsEqualTo(Meaning(grouped));

    [Test]
    public async Task Different_groupings_have_different_meanings() =>
        await Assert.That(Meaning("(a + b) + c")).IsNotEqualTo(Meaning("a + (b + c)"));

    private static string Meaning(string expression) => SyntaxDump.Meaning(Parse.Expression(expression));
}
