using System.CommandLine;
using System.CommandLine.Parsing;

namespace Edge.Cli;

/// <summary>
/// The commands of this build and the way from arguments to one of them. System.CommandLine parses; what is said about a
/// wrong line is said here, because its own texts name neither the command nor what to do.
/// </summary>
internal sealed class EdgeCommandLine
{
    // Everything on the line is an argument: no @files, and `-ab` is a mistake rather than two flags.
    private static readonly ParserConfiguration s_configuration = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly Command _root = new("edge", "an HTTP server with a Tailscale network inside");
    private readonly Option<bool> _help = new("--help", "-h") { Description = "Say how a command is used", Recursive = true };
    private readonly Option<bool> _version = new("--version") { Description = "The same as `edge version`" };
    private readonly VersionCommand _versionCommand = new();

    public EdgeCommandLine()
    {
        _root.Options.Add(_help);
        _root.Options.Add(_version);
        _root.Subcommands.Add(new OrbCommand());
        _root.Subcommands.Add(new CheckCommand());
        _root.Subcommands.Add(new FetchCommand());
        _root.Subcommands.Add(new TunCommand());
        _root.Subcommands.Add(new HealthCommand());
        _root.Subcommands.Add(new StatusCommand());
        _root.Subcommands.Add(new PingCommand());
        _root.Subcommands.Add(new WhoIsCommand());
        _root.Subcommands.Add(new DnsCommand());
        _root.Subcommands.Add(new NetCheckCommand());
        _root.Subcommands.Add(_versionCommand);
        _root.Subcommands.Add(new HelpCommand(this));
        _root.Subcommands.Add(new CompletionCommand(this));
    }

    public IEnumerable<EdgeCommand> Commands => _root.Subcommands.Cast<EdgeCommand>();

    public IEnumerable<Option> GlobalOptions => _root.Options;

    public string Description => _root.Description!;

    public Task<int> Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation)
    {
        if (args.Count == 0)
        {
            Help.WriteOverview(this, terminal.Error);
            return Task.FromResult(ExitCode.WrongUsage);
        }

        if (!args[0].StartsWith('-') && Find(args[0]) is null)
            return Task.FromResult(RefuseCommand(args[0], terminal));

        var line = _root.Parse(args is ["--version"] ? [_versionCommand.Name] : args, s_configuration);
        if (line.GetValue(_help))
        {
            if (line.CommandResult.Command is EdgeCommand asked)
                Help.WriteCommand(asked, terminal.Out);
            else
                Help.WriteOverview(this, terminal.Out);
            return Task.FromResult(ExitCode.Done);
        }

        return line.CommandResult.Command is EdgeCommand command && line.Errors.Count == 0 && MistakenOption(line) is null
            ? command.Run(line, terminal, cancellation)
            : Task.FromResult(RefuseLine(line, terminal));
    }

    public EdgeCommand? Find(string name) => Commands.FirstOrDefault(command => command.Name == name);

    /// <summary>Says of a word that is no command what was meant.</summary>
    /// <returns>The exit code.</returns>
    public int RefuseCommand(string name, Terminal terminal)
    {
        var closest = Suggestion.For(name, Commands.Select(command => command.Name));
        terminal.Fail($"there is no command `{name}`", closest is null ? "`edge help` lists the commands." : $"Did you mean `edge {closest}`? `edge help` lists the commands.");
        return ExitCode.WrongUsage;
    }

    private int RefuseLine(ParseResult line, Terminal terminal)
    {
        var command = line.CommandResult.Command;
        var name = command == _root ? "edge" : $"edge {command.Name}";
        var help = command == _root ? "`edge help` lists the commands." : $"`edge help {command.Name}` says how it is used.";
        if (MistakenOption(line) is { } mistaken)
        {
            var options = command.Options.Concat(GlobalOptions.Where(option => option.Recursive)).Select(option => option.Name).ToList();
            if (options.Contains(mistaken))
                terminal.Fail($"a value is missing before `{mistaken}`", help);
            else if (Suggestion.For(mistaken, options) is { } closest)
                terminal.Fail($"`{name}` has no option `{mistaken}`", $"Did you mean `{closest}`? {help}");
            else
                terminal.Fail($"`{name}` has no option `{mistaken}`", help);
        }
        else if (line.UnmatchedTokens is [var token, ..])
        {
            terminal.Fail($"`{name}` takes no argument `{token}`" + (command.Arguments.Count > 0 ? $" after `{command.Arguments[^1].Name}`" : ""), help);
        }
        else if (line.Errors is [{ SymbolResult: OptionResult { Option: var option } }, ..])
        {
            terminal.Fail($"`{option.Name}` wants one {option.HelpName ?? "value"}", help);
        }
        else
        {
            terminal.Fail(command == _root ? "the command is missing" : line.Errors[0].Message, help);
        }

        return ExitCode.WrongUsage;
    }

    /// <summary>The parser takes an unknown option for an argument where one is wanted. After `--` everything is an argument.</summary>
    private static string? MistakenOption(ParseResult line) => line.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value is ['-', _, ..])?.Value;
}
