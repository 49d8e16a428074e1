using System.Net;
using System.Runtime.InteropServices;
using Edge.Lab.Control;

namespace Edge.Lab;

/// <summary>
/// The control server as a program, until a signal ends it: `Edge.Lab --listen 127.0.0.1:0 --auth-key tskey-auth-x --relays map.json`. Its first
/// line of output is its URL. `GET /lab/nodes` tells what it knows.
/// </summary>
internal static class Program
{
    private const string Usage = "usage: Edge.Lab [--listen ADDRESS:PORT] [--auth-key KEY] [--user LOGIN] [--relays FILE] [--domain NAME] [--visitor LOGIN] [--routes approved]";

    public static async Task<int> Main(string[] arguments)
    {
        var options = new LabControlOptions();
        var (keys, user, approvesRoutes) = (new List<string>(), "alice", false);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length) return Refuse();
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--listen" when IPEndPoint.TryParse(value, out var endPoint): options = options with { Listen = endPoint }; break;
                case "--auth-key": keys.Add(value); break;
                case "--user": user = value; break;
                case "--relays": options = options with { Relays = await File.ReadAllTextAsync(value) }; break;
                case "--domain": options = options with { Domain = value }; break;
                case "--visitor": options = options with { Visitor = value }; break;
                case "--routes" when value == "approved": approvesRoutes = true; break;
                default: return Refuse();
            }
        }
        var ended = new TaskCompletionSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await using var control = await LabControl.Start(options);
        control.Tailnet.ApprovesRoutes = approvesRoutes;
        foreach (var key in keys)
            control.Tailnet.Add(new(key, user));
        Console.WriteLine(control.Url.ToString().TrimEnd('/'));
        await ended.Task;
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }

    private static int Refuse()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
