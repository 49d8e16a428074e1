using Edge.Config;
using Edge.Tests.Config.Differential;

namespace Edge.Tests.Config.Binding;

/// <summary>Every example and every configuration of the product's description becomes records, and can be printed.</summary>
public sealed class CorpusBindingTests
{
    [Test]
    [MethodDataSource(typeof(Corpus), nameof(Corpus.Configurations))]
    public async Task A_configuration_is_bound_and_printed_without_its_secrets(string configuration)
    {
        var result = ConfigurationLoader.Load(
            Repository.PathOf(configuration), new LoadOptions { Environment = name => Corpus.Environment.GetValueOrDefault(name) });
        await Assert.That(string.Concat(result.Errors.Select(e => e.Render()))).IsEqualTo("");
        await Assert.That(result.Configuration).IsNotNull();
        var printed = ConfigurationLoader.Print(result);
        foreach (var secret in Corpus.Environment.Values.Where(v => printed.Contains(v, StringComparison.Ordinal)))
            await Assert.That(secret).IsNull();
    }
}
