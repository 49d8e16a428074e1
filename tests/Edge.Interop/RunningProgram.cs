using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Edge.Interop;

/// <summary>A program that runs until it is ended.</summary>
internal sealed partial class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public RunningProgram(string[] command)
    {
        var start = new ProcessStartInfo(Tools.Find(command[0]) ?? command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Waits until a line was printed that contains a text.</summary>
    public Task Printed(string text) => Tools.Until(
        () => !IsRunning && !Output.Contains(text, StringComparison.Ordinal)
            ? throw new InvalidOperationException($"ended with {_process.ExitCode} before it printed `{text}`:\n{Output}")
            : Task.FromResult(Output.Contains(text, StringComparison.Ordinal)),
        $"waiting for `{text}`");

    /// <summary>Waits until a whole JSON document was printed over several lines: it ends with the only brace that stands alone at the left.</summary>
    public async Task<string> PrintedDocument()
    {
        await Printed("\n}\n");
        return DocumentPattern().Match(Output).Value;
    }

    /// <summary>Asks it to end and waits.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> End(int signal = 15)
    {
        if (IsRunning)
            _ = Kill(_process.Id, signal);
        // And until all that it printed was read.
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await End();
        }
        catch (TimeoutException)
        {
            await End(9);
        }
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"^\{\n.*?^\}\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex DocumentPattern();
}
