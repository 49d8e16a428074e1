using Edge.Config.Evaluation;

namespace Edge.Tests.Config.Library;

/// <summary>Programs that ask the library for more than there is. Each must end in an error of its own, not of the process.</summary>
public sealed class HostileLibraryTests
{
    private const string Deep = "IntSeq(1, 200000).fold(List(), (acc, n) -> List(acc))";

    [Test]
    [Arguments($"{Deep} == {Deep}")]
    [Arguments($"Set({Deep}, {Deep})")]
    [Arguments($"({Deep}).toString()")]
    [Arguments("IntSeq(1, 200000).fold(Pair(1, 2), (acc, n) -> Pair(acc, n)).toString()")]
    [Arguments("IntSeq(1, 200000).fold(Map(), (acc, n) -> Map(n, acc)) == IntSeq(1, 200000).fold(Map(), (acc, n) -> Map(n, acc))")]
    [Arguments("IntSeq(1, 200000).fold(new Dynamic {}, (acc, n) -> new Dynamic { inner = acc }).toString()")]
    [Arguments(Deep)]
    public async Task Deep_values_overflow_no_stack(string expression) =>
        await Assert.That(ErrorOf(expression)).IsEqualTo("A stack overflow occurred.");

    [Test]
    [Arguments("\"a\".repeat(2147483647)")]
    [Arguments("List(1, 2, 3).repeat(500000000)")]
    [Arguments("IntSeq(0, 9223372036854775807).toList()")]
    [Arguments("IntSeq(0, 9223372036854775807).map((n) -> n)")]
    [Arguments("\"\".padStart(500000000, \"x\")")]
    [Arguments("IntSeq(1, 40).fold(\"ab\", (acc, n) -> acc.replaceAll(Regex(\".\"), \"$0$0\"))")]
    [Arguments("IntSeq(1, 40).fold(List(1), (acc, n) -> acc.flatMap((x) -> List(x, x)))")]
    public async Task Large_values_are_refused(string expression) =>
        await Assert.That(ErrorOf(expression, new EvaluationLimits { TotalSize = 1 << 20 })).Contains("more than");

    [Test]
    [Arguments("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\".matches(Regex(\"(a+)+\"))")]
    [Arguments("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\".replaceAll(Regex(\"(a|aa)+$\"), \"\")")]
    public async Task A_search_that_backtracks_for_ever_is_given_up(string expression) =>
        await Assert.That(ErrorOf(expression)).Contains("takes more than");

    [Test]
    public async Task A_pattern_nested_too_deeply_is_refused() =>
        await Assert.That(ErrorOf("Regex(\"(\".repeat(100000))")).Contains("Groups are nested too deeply");

    [Test]
    public async Task What_is_declared_but_not_implemented_is_refused_by_name() =>
        await Assert.That(ErrorOf("new JsonRenderer {}.renderValue(1)")).Contains("renderValue");

    private static string ErrorOf(string expression, EvaluationLimits? limits = null)
    {
        var folder = Directory.CreateTempSubdirectory("edge-library");
        try
        {
            var file = Path.Combine(folder.FullName, "hostile.pkl");
            File.WriteAllText(file, $"result = {expression}\n");
            var evaluator = new Evaluator(new EvaluationOptions { Limits = limits ?? EvaluationLimits.Default });
            return Assert.Throws<EvaluationException>(() => evaluator.EvaluateToText(file)).Headline;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
