using Edge.Io;
using Edge.Io.Native;

namespace Edge.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        ProgramImage.GiveBackConstants();
        StaticExecutable.UseBuiltInNameServices();
        CaBundle.HideSystemStore();
        var terminal = Terminal.OfProcess();
        try
        {
            var exitCode = Run(args, terminal).GetAwaiter().GetResult();
            terminal.Out.Flush();
            return exitCode;
        }
        catch (IOException error)
        {
            // The commands report what they read; what is left is standard output, full or gone.
            terminal.Fail($"standard output cannot be written (system error {error.HResult})", "Look at where it goes: is the disk full?");
            return ExitCode.Failed;
        }
        catch (Exception error)
        {
            // A fault of the program, not of its input. The message stays out: it may quote a secret.
            terminal.Fail($"internal error: {error.GetType().Name}", "This is a bug in edge. Report it with the lines below; what was being read is not in them.");
            terminal.Error.WriteLine(error.StackTrace);
            return ExitCode.Failed;
        }
    }

    /// <summary>Runs one command line, in the process's own folder and environment.</summary>
    /// <returns>The process's exit code.</returns>
    internal static Task<int> Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation = default) =>
        new EdgeCommandLine().Run(args, terminal, cancellation);
}
