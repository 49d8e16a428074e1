using System.Text;

namespace Edge.Cli;

/// <summary>Where a command writes: results to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output. The process's own is buffered until it is flushed or the command ends.</param>
/// <param name="Error">Standard error, unbuffered.</param>
/// <param name="HasColour">Whether <see cref="Error"/> may be coloured.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool HasColour = false)
{
    private const string Red = "\e[1;31m";
    private const string Cyan = "\e[36m";
    private const string Plain = "\e[0m";

    public static Terminal OfProcess() => new(
        new StreamWriter(new StandardStream(1), new UTF8Encoding(false)) { NewLine = "\n" },
        new StreamWriter(new StandardStream(2), new UTF8Encoding(false)) { NewLine = "\n", AutoFlush = true },
        AllowsColour(Console.IsErrorRedirected, Environment.GetEnvironmentVariable));

    /// <summary>Only on a terminal, and never with NO_COLOR (https://no-color.org: set and not empty).</summary>
    internal static bool AllowsColour(bool isRedirected, Func<string, string?> environment) =>
        !isRedirected && string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is not (null or "" or "dumb");

    /// <summary>Says what is wrong and what to do.</summary>
    public void Fail(string what, string help) => WriteError($"edge: error: {what}\n  help: {help}\n");

    /// <summary>The same of a line that cannot be run.</summary>
    /// <returns>The exit code.</returns>
    public int Refuse(string what, string help)
    {
        Fail(what, help);
        return ExitCode.WrongUsage;
    }

    /// <summary>Writes text in which errors and help are marked as compilers do, and paints the marks.</summary>
    public void WriteError(string text)
    {
        if (HasColour)
            text = PaintLines(text);
        Error.Write(text);
    }

    private static string PaintLines(string text)
    {
        var painted = new StringBuilder(text.Length + 64);
        foreach (var line in text.AsSpan().TrimEnd('\n').EnumerateLines())
        {
            var mark = line.IndexOf(": error: ");
            if (mark >= 0)
                painted.Append(line[..(mark + 2)]).Append(Red).Append("error:").Append(Plain).Append(line[(mark + ": error:".Length)..]);
            else if (line.StartsWith("  help: "))
                painted.Append("  ").Append(Cyan).Append("help:").Append(Plain).Append(line["  help:".Length..]);
            else
                painted.Append(line);
            painted.Append('\n');
        }

        return painted.ToString();
    }
}
