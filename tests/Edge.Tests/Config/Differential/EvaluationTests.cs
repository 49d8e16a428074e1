namespace Edge.Tests.Config.Differential;

/// <summary>Every example and every block gives the PCF that the real CLI gave, byte for byte.</summary>
public sealed class EvaluationTests
{
    [Test]
    [MethodDataSource(typeof(Corpus), nameof(Corpus.Configurations))]
    public async Task Edge_gives_what_the_real_cli_gave(string configuration)
    {
        using var reference = ReferenceCopy.Of(Repository.PathOf(configuration), Corpus.Schema);
        var edge = EdgeEvaluation.Evaluate(reference.File, Corpus.Environment, root: "/");
        var recorded = await File.ReadAllTextAsync(Corpus.RecordingOf(configuration));
        await Assert.That(edge.ToString()).IsEqualTo(recorded);
    }
}
