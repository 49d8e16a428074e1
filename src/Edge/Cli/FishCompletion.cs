using System.CommandLine;
using System.Text;

namespace Edge.Cli;

internal static class FishCompletion
{
    public static string Write(EdgeCommandLine edge)
    {
        var lines = new StringBuilder();
        foreach (var option in edge.GlobalOptions)
            lines.Append($"complete -c edge -n __edge_no_command {Specify(option)}\n");
        foreach (var command in edge.Commands)
        {
            lines.Append($"complete -c edge -n __edge_no_command -a {command.Name} -d {Quote(command.Description)}\n");
            var condition = $"complete -c edge -n '__edge_command {command.Name}'";
            foreach (var option in command.ShownOptions.Concat(edge.GlobalOptions.Where(option => option.Recursive)))
                lines.Append($"{condition} {Specify(option)}\n");
            if (command.ArgumentFiles is { } suffix)
                lines.Append($"{condition} -k -a '(__fish_complete_suffix .{suffix})'\n");
            else if (command.ArgumentWords.Count > 0)
                lines.Append($"{condition} -a {Quote(string.Join(' ', command.ArgumentWords))}\n");
        }

        return $$"""
            # Completion of edge for fish: edge completion fish > ~/.config/fish/completions/edge.fish
            function __edge_no_command
                test (count (commandline -opc)) -eq 1
            end
            function __edge_command
                set -l words (commandline -opc)
                test (count $words) -gt 1; and test $words[2] = $argv[1]
            end
            complete -c edge -f
            {{lines.ToString().TrimEnd('\n')}}

            """;
    }

    private static string Specify(Option option)
    {
        var names = string.Join(' ', option.Aliases.Prepend(option.Name).Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));
        return $"{names}{(option.HelpName is null ? "" : " -x")} -d {Quote(option.Description)}";
    }

    private static string Quote(string? text) =>
        $"'{text?.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
}
