using System.CommandLine;
using System.Runtime.InteropServices;

namespace Edge.Cli;

/// <summary>`edge version`: what this binary is.</summary>
internal sealed class VersionCommand : EdgeCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document" };

    public VersionCommand()
        : base("version", "Print version, commit, runtime and platform") => Options.Add(_json);

    public override IReadOnlyList<string> Usage => ["version [--json]"];

    public override Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var version = new VersionDocument(
            Build.Version,
            Build.Commit.Length > 0 ? Build.Commit : null,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.RuntimeIdentifier);
        if (line.GetValue(_json))
        {
            CliJson.Write(terminal.Out, version, CliJson.Default.VersionDocument);
        }
        else
        {
            terminal.Out.WriteLine($"edge {version.Version}");
            if (version.Commit is not null)
                terminal.Out.WriteLine($"commit {version.Commit}");
            terminal.Out.WriteLine($"runtime {version.Runtime}");
            terminal.Out.WriteLine($"platform {version.Rid}");
        }

        return Task.FromResult(ExitCode.Done);
    }
}
