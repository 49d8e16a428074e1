using Edge.Fuzz.Crypto;
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
        new NoiseTarget(),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
