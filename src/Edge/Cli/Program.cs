using System.Reflection;
using Edge.Io;

namespace Edge.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        StaticExecutable.UseBuiltInNameServices();
        switch (args)
        {
            case ["version"]:
                Console.Out.WriteLine($"edge {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
                return 0;
            case ["check", "--system", .. var rest]:
                int at = Array.IndexOf(rest, "--url");
                var options = new SystemCheckOptions(at >= 0 ? new Uri(rest[at + 1]) : null, rest.Contains("--json"));
                return await SystemCheck.Run(options, Console.Out, CancellationToken.None);
            default:
                Console.Error.WriteLine("edge: no such command yet");
                return 2;
        }
    }
}
