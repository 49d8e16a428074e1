using System.Diagnostics;

namespace Edge.Tests.Image;

/// <summary>The executables of <c>scripts/publish</c>, as files and as processes.</summary>
[Category(Published.Category)]
public sealed class ExecutableTests
{
    [Test]
    public async Task The_static_form_asks_for_no_loader_and_no_library()
    {
        var file = new ElfFile(Published.Static());
        await Assert.That(file.Type).IsEqualTo((ushort)3);
        await Assert.That(file.HasInterpreter).IsFalse();
        await Assert.That(file.Needed).IsEqualTo(0);
        await Assert.That(file.HasSymbols).IsFalse();
    }

    [Test]
    public async Task The_plain_form_is_stripped_and_position_independent()
    {
        var file = new ElfFile(Published.Plain());
        await Assert.That(file.Type).IsEqualTo((ushort)3);
        await Assert.That(file.HasInterpreter).IsTrue();
        await Assert.That(file.HasSymbols).IsFalse();
    }

    [Test]
    public async Task The_arm64_form_is_for_arm64()
    {
        string path = Published.Arm64();
        await Assert.That(new ElfFile(path).Machine).IsEqualTo((ushort)183);
        await Assert.That(new ElfFile(Path.Combine(Path.GetDirectoryName(path)!, "libsodium.so")).Machine).IsEqualTo((ushort)183);
    }

    [Test]
    public async Task The_static_form_runs_alone_in_an_empty_root_and_says_that_dev_is_missing()
    {
        using RootFolder root = RootFolder.OfExecutable(Published.Static());
        using var network = new NetworkNamespace();
        Outcome version = await root.Run(network, ["/edge", "version"]);
        await Assert.That(version.ExitCode).IsEqualTo(0);

        Outcome outcome = await root.Run(network, ["/edge", "check", "--system", "--json", "--url", "https://127.0.0.1/"]);
        await Assert.That(outcome.Check("libsodium").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("openssl").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("aead").Text).StartsWith("packets are sealed by libcrypto 3.").And.EndsWith(", linked in");
        await Assert.That(outcome.Check("ca bundle").Text).StartsWith("no file of trusted roots");
        await Assert.That(outcome.Check("entropy")).IsEqualTo(("failed",
            "/dev/urandom cannot be read: no HTTP client can start | Container engines provide /dev; for a chroot: mount --bind /dev ROOT/dev."));
        await Assert.That(outcome.Check("url").Text).StartsWith("not tried");
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task The_plain_form_finds_libsodium_beside_it()
    {
        Outcome outcome = await Run(Published.Plain(), "check", "--system", "--json");
        await Assert.That(outcome.Check("libsodium").Text).StartsWith("1.0.22, initialised by NSec");
        await Assert.That(outcome.Check("openssl").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("aead").Text).StartsWith("packets are sealed by libcrypto 3.");
    }

    [Test]
    public async Task The_plain_form_runs_without_OpenSSL_and_seals_packets_by_libsodium()
    {
        using RootFolder root = RootFolder.OfExecutableAndLibraries(Published.Plain());
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, ["/edge", "check", "--system", "--json"]);
        await Assert.That(outcome.Check("openssl").State).IsEqualTo("warning");
        await Assert.That(outcome.Check("aead").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("aead").Text).StartsWith("packets are sealed by libsodium, because libcrypto.so.3 is not on this machine");
    }

    [Test]
    public async Task The_plain_form_without_its_libsodium_says_what_to_put_where()
    {
        string alone = Path.Combine(Directory.CreateTempSubdirectory("edge-alone-").FullName, "edge");
        try
        {
            RootFolder.CopyExecutable(Published.Plain(), alone);
            Outcome outcome = await Run(alone, "check", "--system", "--json");
            await Assert.That(outcome.Check("libsodium").State).IsEqualTo("failed");
            await Assert.That(outcome.Check("libsodium").Text).Contains("beside the executable");
            await Assert.That(outcome.ExitCode).IsEqualTo(1);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(alone)!, recursive: true);
        }
    }

    [Test]
    public async Task The_text_form_has_a_state_on_every_line_of_a_check()
    {
        Outcome outcome = await Run(Published.Plain(), "check", "--system");
        string[] lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Assert.That(lines.Count(l => l.StartsWith("ok ", StringComparison.Ordinal))).IsGreaterThanOrEqualTo(3);
        await Assert.That(lines.All(l => l.StartsWith("ok ", StringComparison.Ordinal) || l.StartsWith("warning ", StringComparison.Ordinal)
            || l.StartsWith("failed ", StringComparison.Ordinal) || l.StartsWith("         ", StringComparison.Ordinal))).IsTrue();
    }

    private static async Task<Outcome> Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
