using System.CommandLine;
using System.Text;

namespace Edge.Cli;

/// <summary>Both sourced and autoloaded from a folder of $fpath.</summary>
internal static class ZshCompletion
{
    public static string Write(EdgeCommandLine edge)
    {
        var commands = string.Join("\n", edge.Commands.Select(command => $"        {Quote($"{command.Name}:{command.Description}")}"));
        var cases = new StringBuilder();
        foreach (var command in edge.Commands)
        {
            var specifications = command.ShownOptions.Concat(edge.GlobalOptions.Where(option => option.Recursive)).Select(Specify).ToList();
            if (command.ArgumentFiles is { } suffix)
                specifications.Add(Quote($"1:{command.Arguments[0].Name}:_files -g \"*.{suffix}\""));
            else if (command.ArgumentWords.Count > 0)
                specifications.Add(Quote($"1:{command.Arguments[0].Name}:({string.Join(' ', command.ArgumentWords)})"));
            cases.Append($"    {command.Name}) _arguments {string.Join(" \\\n        ", specifications)} ;;\n");
        }

        return $$"""
            #compdef edge
            # Completion of edge for zsh: source <(edge completion zsh), after compinit
            _edge() {
                local -a commands
                commands=(
            {{commands}}
                )
                if (( CURRENT == 2 )); then
                    _describe -t commands command commands
                    _arguments {{string.Join(' ', edge.GlobalOptions.Select(Specify))}}
                    return
                fi
                shift words
                (( CURRENT-- ))
                case $words[1] in
            {{cases.ToString().TrimEnd('\n')}}
                esac
            }
            if [[ $funcstack[1] == _edge ]]; then
                _edge "$@"
            else
                compdef _edge edge
            fi

            """;
    }

    private static string Specify(Option option) =>
        Quote($"{option.Name}[{option.Description}]" + (option.HelpName is null ? "" : $":{option.HelpName}:"));

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
