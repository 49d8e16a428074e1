using System.CommandLine;
using Edge.Config;

namespace Edge.Cli;

/// <summary>`edge check`: a configuration file, or the machine.</summary>
internal sealed class CheckCommand : EdgeCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "The configuration, such as server.pkl", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _print = new("--print") { Description = "Show the effective configuration, secrets masked" };
    private readonly Option<bool> _system = new("--system") { Description = "Check the machine instead of a file" };
    private readonly Option<string?> _url = new("--url") { Description = "With --system: fetch this too", HelpName = "URL" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document" };

    public CheckCommand()
        : base("check", "Validate a configuration file, or check the machine")
    {
        Arguments.Add(_file);
        Options.Add(_print);
        Options.Add(_system);
        Options.Add(_url);
        Options.Add(_json);
    }

    public override IReadOnlyList<string> Usage => ["check FILE [--print] [--json]", "check --system [--url URL] [--json]"];

    public override string? ArgumentFiles => "pkl";

    public override string Details =>
        """
        Every error is printed to standard error as FILE:LINE:COL: error: WHAT.
        `--print` shows the configuration as it will be used, defaults included, in PCF.
        exit codes: 0 no errors, 1 errors, 2 wrong usage
        """;

    public override Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var file = line.GetValue(_file);
        var url = line.GetValue(_url);
        if (line.GetValue(_system))
        {
            if (file is not null || line.GetValue(_print))
                return Refuse(terminal, "`--system` checks the machine and takes neither FILE nor `--print`");
            return CheckSystem(url, line.GetValue(_json), terminal, cancellation);
        }

        if (url is not null)
            return Refuse(terminal, "`--url` goes with `--system`");
        if (file is null)
            return Refuse(terminal, "FILE is missing");
        if (line.GetValue(_print) && line.GetValue(_json))
            return Refuse(terminal, "`--print` and `--json` both want standard output");
        return Task.FromResult(CheckFile(file, line.GetValue(_print), line.GetValue(_json), terminal));
    }

    private static Task<int> CheckSystem(string? url, bool json, Terminal terminal, CancellationToken cancellation)
    {
        Uri? uri = null;
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out uri) && uri.Scheme is "http" or "https"))
            return Refuse(terminal, $"`{url}` is no http or https URL");
        return SystemCheck.Run(new SystemCheckOptions(uri, json), terminal.Out, cancellation);
    }

    private static int CheckFile(string path, bool print, bool json, Terminal terminal)
    {
        var result = ConfigurationLoader.Load(path, new LoadOptions { Trace = terminal.Error.WriteLine, WireGuardFiles = WireGuardFiles.Read });
        var exitCode = new CheckReport(path, json, terminal).Write(result.Errors);
        if (exitCode == ExitCode.Done && print)
            terminal.Out.Write(ConfigurationLoader.Print(result));
        else if (exitCode == ExitCode.Done && !json)
            terminal.Out.Write($"{path}: ok\n");
        return exitCode;
    }

    private static Task<int> Refuse(Terminal terminal, string what)
    {
        terminal.Fail(what, "`edge help check` says how it is used.");
        return Task.FromResult(ExitCode.WrongUsage);
    }
}
