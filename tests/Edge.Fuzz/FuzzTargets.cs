using Edge.Fuzz.Pkl;

namespace Edge.Fuzz;

internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new PklLexerTarget(),
        new PklParserTarget(),
        new PklEvaluatorTarget(),
        new ConfigurationTarget(),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
