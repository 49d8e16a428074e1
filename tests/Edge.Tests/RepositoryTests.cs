namespace Edge.Tests;

public sealed class RepositoryTests
{
    [Test]
    public async Task The_checkout_is_found() =>
        await Assert.That(File.Exists(Repository.PathOf("edge.sln"))).IsTrue();
}
