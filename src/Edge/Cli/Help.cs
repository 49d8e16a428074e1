using System.CommandLine;

namespace Edge.Cli;

/// <summary>The texts of `edge help`, made from the commands themselves.</summary>
internal static class Help
{
    public static void WriteOverview(EdgeCommandLine edge, TextWriter output)
    {
        output.Write($"edge: {edge.Description}\n\nusage:\n  edge COMMAND [OPTIONS]\n\ncommands:\n");
        WriteTable(output, edge.Commands.Select(command => (command.Name, command.Description ?? "")));
        output.Write("\noptions:\n");
        WriteTable(output, edge.GlobalOptions.Select(Describe));
        output.Write("\n`edge help COMMAND` says more about each.\n");
    }

    public static void WriteCommand(EdgeCommand command, TextWriter output)
    {
        output.Write($"edge {command.Name}: {command.Description}\n\nusage:\n");
        foreach (var form in command.Usage)
            output.Write($"  edge {form}\n");
        var rows = command.Arguments.Select(argument => (argument.Name, argument.Description ?? "")).Concat(command.ShownOptions.Select(Describe)).ToList();
        if (rows.Count > 0)
        {
            output.Write("\nwith:\n");
            WriteTable(output, rows);
        }

        if (command.Details.Length > 0)
            output.Write($"\n{command.Details}\n");
    }

    private static (string Left, string Right) Describe(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).OrderBy(name => name.Length));
        return (option.HelpName is null ? names : $"{names} {option.HelpName}", option.Description ?? "");
    }

    private static void WriteTable(TextWriter output, IEnumerable<(string Left, string Right)> rows)
    {
        var list = rows.ToList();
        var width = list.Max(row => row.Left.Length);
        foreach (var (left, right) in list)
            output.Write($"  {left.PadRight(width)}  {right}\n");
    }
}
