using Edge.Tests.Cli;

namespace Edge.Tests;

public sealed class RepositoryTests
{
    [Test]
    public async Task The_checkout_is_found() =>
        await Assert.That(File.Exists(Repository.PathOf("edge.sln"))).IsTrue();

    [Test]
    public async Task Every_script_can_be_read()
    {
        var scripts = Directory.GetFiles(Repository.PathOf("scripts")).Append(Repository.PathOf(".ci", "run"));
        foreach (var script in scripts)
        {
            var run = await CommandRun.Start("bash", ["-n", script]);
            await Assert.That(run.ExitCode).IsEqualTo(0).Because($"{script}: {run.Error}");
        }
    }
}
