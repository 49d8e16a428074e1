using System.Diagnostics;
using Edge.Cli;

namespace Edge.Tests.Cli;

/// <summary>What one command line did.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    /// <summary>In this process, as `Program` runs it.</summary>
    public static async Task<CommandRun> InProcess(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        // A stack on which the evaluator meets its own limit of depth, whatever the runner's threads have.
        var exitCode = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(
            () =>
            {
                try
                {
                    exitCode.SetResult(Program.Run(args, new Terminal(output, error)).GetAwaiter().GetResult());
                }
                catch (Exception failure)
                {
                    exitCode.SetException(failure);
                }
            },
            64 << 20).Start();
        return new CommandRun(await exitCode.Task, output.ToString(), error.ToString());
    }

    /// <summary>The built executable, which lies beside the tests; or another program. Standard input is empty.</summary>
    public static async Task<CommandRun> Start(string program, IEnumerable<string> args, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new CommandRun(process.ExitCode, await output, await error);
    }

    /// <summary>
    /// The built executable as another user, from root, by setpriv (util-linux). It runs from a copy that every user may reach: the repository may lie in
    /// a folder that is somebody's own.
    /// </summary>
    public static async Task<CommandRun> AsNobody(params string[] args)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            var name = Path.GetFileName(file);
            if (name is "edge" or "edge.deps.json" or "edge.runtimeconfig.json" || name.EndsWith(".dll", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(folder.Path, name));
        }
        await Start("chmod", ["755", folder.Path]);
        return await Start("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Path.Combine(folder.Path, "edge"), .. args], ("HOME", folder.Path));
    }

    public static string Executable => Path.Combine(AppContext.BaseDirectory, "edge");

    /// <summary>The path of an installed program, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
