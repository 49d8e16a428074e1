namespace Edge.Tests.Config.Differential;

/// <summary>
/// The recordings in <c>tests/pkl/expected</c> against the real CLI. With <c>EDGE_RECORD=1</c> (<c>tests/pkl/record</c>) they are written anew.
/// </summary>
public sealed class RecordingTests
{
    private static readonly bool Records = Environment.GetEnvironmentVariable("EDGE_RECORD") == "1";

    [Test]
    [RequiresRealPkl]
    [MethodDataSource(typeof(Corpus), nameof(Corpus.Configurations))]
    public async Task A_recording_is_what_the_real_cli_prints(string configuration)
    {
        using var reference = ReferenceCopy.Of(Repository.PathOf(configuration), Corpus.Schema);
        var real = await RealPkl.EvaluateAsync(reference.File, Corpus.Environment);
        await Assert.That(real.Headline).IsEmpty();

        var recording = Corpus.RecordingOf(configuration);
        if (Records)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(recording)!);
            await File.WriteAllTextAsync(recording, real.Output);
        }
        await Assert.That(await File.ReadAllTextAsync(recording)).IsEqualTo(real.Output);
    }

    [Test]
    public async Task Every_recording_has_its_configuration()
    {
        var wanted = Corpus.Configurations().Select(Corpus.RecordingOf);
        var recorded = Directory.EnumerateFiles(Repository.PathOf("tests", "pkl", "expected"), "*.pcf", SearchOption.AllDirectories);
        await Assert.That(recorded.Except(wanted)).IsEmpty();
        await Assert.That(wanted.Except(recorded)).IsEmpty();
    }
}
