using System.Text;
using Edge.Config;

namespace Edge.Tests.Cli;

public sealed class ConfigurationFileTests
{
    [Test]
    public async Task The_bytes_are_the_files()
    {
        using var folder = new TemporaryFolder();
        var file = ConfigurationFile.Read(folder.Write("a.pkl", "x = \"é\"\n"u8));
        await Assert.That(file.Error).IsNull();
        await Assert.That(Encoding.UTF8.GetString(file.Utf8.Span)).IsEqualTo("x = \"é\"\n");
    }

    [Test]
    public async Task A_pipe_is_read_to_its_end()
    {
        using var folder = new TemporaryFolder();
        var pipe = Path.Combine(folder.Path, "pipe");
        await CommandRun.Start("mkfifo", [pipe]);
        var writing = Task.Run(() => File.WriteAllText(pipe, new string('x', 100_000)));
        var file = ConfigurationFile.Read(pipe);
        await writing;
        await Assert.That((file.Error, file.Utf8.Length)).IsEqualTo((null, 100_000));
    }

    [Test]
    public async Task No_such_file_shows_its_neighbours()
    {
        using var folder = new TemporaryFolder();
        folder.Write("server.pkl", "x = 1"u8);
        folder.Write("notes.txt", "x"u8);
        var path = Path.Combine(folder.Path, "sever.pkl");
        await Assert.That(Render(path)).IsEqualTo($"{path}:1:1: error: no such file\n  help: `{folder.Path}` holds `server.pkl`.\n");
    }

    [Test]
    public async Task No_such_folder_says_so()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "etc", "server.pkl");
        await Assert.That(Render(path)).IsEqualTo($"{path}:1:1: error: no such file\n  help: The folder `{folder.Path}/etc` does not exist either.\n");
    }

    [Test]
    public async Task A_dangling_link_is_no_such_file()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "link.pkl");
        File.CreateSymbolicLink(path, "nowhere");
        await Assert.That(Headline(path)).IsEqualTo($"{path}:1:1: error: no such file");
    }

    [Test]
    public async Task A_circle_of_links_is_an_error_and_no_crash()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "link.pkl");
        File.CreateSymbolicLink(path, path);
        await Assert.That(Headline(path)).StartsWith($"{path}:1:1: error: ");
    }

    [Test]
    public async Task A_folder_is_not_a_file()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 7; i++)
            folder.Write($"{i}.pkl", "x = 1"u8);
        await Assert.That(Headline(folder.Path)).IsEqualTo($"{folder.Path}:1:1: error: this is a folder, not a file");
        await Assert.That(Render(folder.Path)).Contains(", ...");
    }

    [Test]
    [Arguments("")]
    [Arguments(" \r\n\t\n")]
    [Arguments("\uFEFF")]
    public async Task An_empty_file_configures_nothing(string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pkl", Encoding.UTF8.GetBytes(content));
        await Assert.That(Headline(path)).IsEqualTo($"{path}:1:1: error: the file is empty");
    }

    [Test]
    [Arguments(new byte[] { 0xFF }, 1, 1, "byte 0xFF at offset 0")]
    [Arguments(new byte[] { (byte)'a', (byte)'\n', 0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80, 0xC3 }, 2, 4, "byte 0xC3 at offset 8")]
    [Arguments(new byte[] { (byte)'a', 0xED, 0xA0, 0x80 }, 1, 2, "byte 0xED at offset 1")]
    [Arguments(new byte[] { (byte)'a', 0xC0, 0x80 }, 1, 2, "byte 0xC0 at offset 1")]
    public async Task What_is_not_utf8_is_refused_at_its_place(byte[] content, int line, int column, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pkl", content);
        await Assert.That(Headline(path)).IsEqualTo($"{path}:{line}:{column}: error: the file is not UTF-8: {expected}");
    }

    [Test]
    public async Task Utf16_is_recognised()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pkl", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("x = 1")).ToArray());
        await Assert.That(Headline(path)).IsEqualTo($"{path}:1:1: error: the file is UTF-16, not UTF-8");
    }

    [Test]
    public async Task Sixteen_mebibytes_are_read_and_one_byte_more_is_refused()
    {
        using var folder = new TemporaryFolder();
        var content = new byte[ConfigurationFile.MaximumSize + 1];
        content.AsSpan().Fill((byte)'x');
        var path = folder.Write("a.pkl", content.AsSpan(1));
        await Assert.That(ConfigurationFile.Read(path).Utf8.Length).IsEqualTo(ConfigurationFile.MaximumSize);
        folder.Write("a.pkl", content);
        await Assert.That(Headline(path)).IsEqualTo($"{path}:1:1: error: the file is larger than 16 MiB");
    }

    [Test]
    public async Task An_endless_device_is_refused() =>
        await Assert.That(Headline("/dev/zero")).IsEqualTo("/dev/zero:1:1: error: the file is larger than 16 MiB");

    [Test]
    [Arguments("", "the file's name is empty")]
    [Arguments("a\0b", "the file cannot be read")]
    public async Task A_name_that_cannot_be_one_is_an_error(string path, string expected) =>
        await Assert.That(Headline(path)).Contains(expected);

    /// <summary>Root may read everything, so the program runs as another user where the tests run as root.</summary>
    [Test]
    public async Task Without_permission_the_mode_is_shown()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pkl", "x = 1"u8);
        await CommandRun.Start("chmod", ["000", path]);
        await CommandRun.Start("chmod", ["755", folder.Path]);
        CommandRun run;
        if (Environment.IsPrivilegedProcess)
        {
            Skip.When(CommandRun.Find("setpriv") is null, "running as root, and `setpriv` (util-linux) is not installed");
            run = await CommandRun.AsNobody("check", path);
        }
        else
        {
            run = await CommandRun.Start(CommandRun.Executable, ["check", path]);
        }

        await Assert.That(run).IsEqualTo(new CommandRun(
            1,
            "",
            $"{path}:1:1: error: permission denied\n  help: This user may not read it (mode 0000). Let it read the file and enter the folders on the way, or run edge as a user who can.\n"));
    }

    [Test]
    public async Task Check_reports_a_file_that_cannot_be_read_and_exits_with_1()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pkl", ""u8);
        var run = await CommandRun.InProcess("check", path);
        await Assert.That((run.ExitCode, run.Out)).IsEqualTo((1, ""));
        await Assert.That(run.Error).IsEqualTo(Render(path));
    }

    private static string Headline(string path) => ConfigurationFile.Read(path).Error!.Headline;

    private static string Render(string path) => ConfigurationFile.Read(path).Error!.Render();
}
