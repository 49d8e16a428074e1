using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>`edge ping`: pings a peer of a running server's tailnet, and says by which way.</summary>
internal sealed class PingCommand : EdgeCommand
{
    private const int DefaultCount = 10;
    private const int LongestTimeout = 60;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Argument<string> _peer = new("peer") { Description = "A name of the tailnet, or an address of a node or behind one", HelpName = "PEER" };
    private readonly Option<bool> _tsmp = new("--tsmp") { Description = "By a packet through the tunnel that the peer's client answers, whatever its host would" };
    private readonly Option<bool> _icmp = new("--icmp") { Description = "By an echo request through the tunnel, which the peer's host answers" };
    private readonly Option<bool> _peerApi = new("--peerapi") { Description = "By a request to the peer's HTTP interface for peers" };
    private readonly Option<string?> _count = new("--count", "-c") { Description = "Pings at most, 0 for no end; 10 by default, and one of the other kinds", HelpName = "N" };
    private readonly Option<bool> _untilDirect = new("--until-direct") { Description = "Stop at the first pong by a direct path (the default; =false goes on)", DefaultValueFactory = static _ => true };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "How long to wait for each pong; 5 by default", HelpName = "SECONDS" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document, at the end" };
    private readonly Option<string?> _network = new("--network") { Description = "Of several tailnets, which one; all are searched by default", HelpName = "NAME" };
    private readonly RunningServer _server;

    public PingCommand()
        : base("ping", "Ping a peer of a running server's tailnet, and say by which way")
    {
        Arguments.Add(_peer);
        foreach (var option in (IEnumerable<Option>)[_tsmp, _icmp, _peerApi, _count, _untilDirect, _timeout, _json, _network])
            Options.Add(option);
        // The server is told how long to wait, and answers then.
        _server = new RunningServer(this, TimeSpan.FromSeconds(LongestTimeout + 10));
    }

    public override IReadOnlyList<string> Usage =>
        ["ping PEER [--tsmp | --icmp | --peerapi] [-c N] [--until-direct=false] [--timeout SECONDS] [--json] [--network NAME] [--admin ADDRESS | --config FILE]"];

    public override string Details =>
        """
        By default the way itself is pinged, as path discovery does: the first pongs may come by a relay, while a direct path is looked for.
        exit codes: 0 a pong (by a direct path, where one was waited for), 1 none, or nobody answers, 2 wrong usage or configuration
        """;

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        Option<bool>[] kinds = [_tsmp, _icmp, _peerApi];
        if (kinds.Count(kind => line.GetValue(kind)) > 1)
            return terminal.Refuse("`--tsmp`, `--icmp` and `--peerapi` are different pings", "Give one of them.");
        if (!TryReadNumber(line.GetValue(_count), int.MaxValue, out var given) || !TryReadNumber(line.GetValue(_timeout), LongestTimeout, out var seconds) || seconds == 0)
            return terminal.Refuse("`--count` wants a number, and `--timeout` seconds, 1 to 60", "`edge help ping` says how it is used.");
        var type = line.GetValue(_tsmp) ? "TSMP" : line.GetValue(_icmp) ? "ICMP" : line.GetValue(_peerApi) ? "peerapi" : "disco";
        var run = new PingRun(terminal, type, isJson: line.GetValue(_json))
        {
            Peer = line.GetValue(_peer)!,
            // The other kinds do not say by which way: there is nothing to wait for.
            Most = given switch { null => type == "disco" ? DefaultCount : 1, 0 => int.MaxValue, var count => count.Value },
            UntilDirect = type == "disco" && line.GetValue(_untilDirect),
        };
        var named = line.GetValue(_network) is { } name ? $"&network={Uri.EscapeDataString(name)}" : "";
        var path = string.Create(CultureInfo.InvariantCulture, $"/localapi/v0/ping?peer={Uri.EscapeDataString(run.Peer)}&type={type}&timeout={seconds ?? 5}{named}");
        using var signals = new StopSignals(cancellation);
        try
        {
            while (true)
            {
                var (answer, code) = await _server.Ask(line, path, terminal, signals.First, isPost: true);
                if (answer is null)
                    return code;
                if (answer.Status is not (200 or 504))
                {
                    terminal.Fail(answer.Text.Trim(), "`edge status` lists the peers.");
                    return ExitCode.Failed;
                }
                using var document = answer.Status == 200 ? JsonDocument.Parse(answer.Text) : null;
                if (run.Take(document?.RootElement))
                    break;
                await Task.Delay(s_pause, signals.First);
            }
        }
        catch (OperationCanceledException) when (signals.First.IsCancellationRequested)
        {
            // Whoever has seen enough.
        }
        return run.End();
    }

    /// <param name="text">Null: not given.</param>
    /// <param name="most">At most.</param>
    /// <param name="number">Null: not given.</param>
    private static bool TryReadNumber(string? text, int most, out int? number)
    {
        number = null;
        if (text is null)
            return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) || read > most)
            return false;
        number = read;
        return true;
    }
}
