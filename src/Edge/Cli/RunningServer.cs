using System.CommandLine;
using Edge.Admin;
using Edge.Config;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Cli;

/// <summary>A running `edge orb`, as commands find and ask it.</summary>
internal sealed class RunningServer
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly string _command;
    private readonly Option<string?> _admin = new("--admin") { Description = "Where to ask, as `edge orb --admin` was told: unix:PATH or HOST:PORT", HelpName = "ADDRESS" };
    private readonly Option<string?> _config = new("--config") { Description = "Where to ask, as this configuration says", HelpName = "FILE" };
    private readonly TimeSpan _limit;

    /// <param name="command">Gets the options that say where to ask.</param>
    /// <param name="limit">For an answer; null: 5 s.</param>
    public RunningServer(EdgeCommand command, TimeSpan? limit = null)
    {
        _command = command.Name;
        _limit = limit ?? s_limit;
        command.Options.Add(_admin);
        command.Options.Add(_config);
    }

    /// <summary>Asks for one page, at each place where the server may be. What fails is said.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="path">With its query.</param>
    /// <param name="terminal">Told of failures.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isPost">It is to be done, and not only told.</param>
    /// <param name="help">What to try where nobody answers; null: to look whether the server runs.</param>
    /// <returns>The answer, whatever its status; or none, and the exit code.</returns>
    public async Task<(AdminAnswer? Answer, int ExitCode)> Ask(ParseResult line, string path, Terminal terminal, CancellationToken cancellation, bool isPost = false, string? help = null)
    {
        if (!TryFindAddresses(line, terminal, out var addresses))
            return (null, ExitCode.WrongUsage);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limit);
        var dialler = new Dialler(new SystemResolver(), TimeProvider.System);
        List<string> failures = [];
        foreach (var address in addresses)
        {
            try
            {
                return (await (isPost ? AdminClient.Post(address, path, dialler, limit.Token) : AdminClient.Get(address, path, dialler, limit.Token)), ExitCode.Done);
            }
            catch (AdminException failure)
            {
                failures.Add(failure.Message);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                failures.Add($"`{address}` does not answer within {_limit.TotalSeconds} s");
                break;
            }
        }
        terminal.Fail(string.Join("; ", failures), help ?? "Is `edge orb` running as this user? Where its configuration says `admin { listen = ... }`, give that address as `--admin`.");
        return (null, ExitCode.Failed);
    }

    private bool TryFindAddresses(ParseResult line, Terminal terminal, out IReadOnlyList<ListenAddress> addresses)
    {
        addresses = [];
        if (line.GetValue(_admin) is { } text)
        {
            if (line.GetValue(_config) is not null)
            {
                terminal.Fail("`--admin` and `--config` both say where to ask", $"`edge help {_command}` says how it is used.");
                return false;
            }
            if (!ListenAddress.TryParse(text, out var address))
            {
                terminal.Fail($"`--admin` cannot be `{text}`", "Give `unix:PATH`, or an address such as `127.0.0.1:9090`.");
                return false;
            }
            addresses = [address];
            return true;
        }
        ListenAddress? configured = null;
        if (line.GetValue(_config) is { } file)
        {
            var result = ConfigurationLoader.Load(file, new LoadOptions { Trace = terminal.Error.WriteLine });
            if (result.Configuration is not { } configuration)
            {
                new CheckReport(file, json: false, terminal).Write(result.Errors);
                return false;
            }
            configured = configuration.Admin.Listen;
        }
        addresses = configured is not null ? [configured] : [.. AdminAddress.Candidates(Environment.GetEnvironmentVariable)];
        return true;
    }
}
