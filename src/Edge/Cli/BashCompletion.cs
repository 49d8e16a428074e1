using System.Text;

namespace Edge.Cli;

/// <summary>Needs bash 4 and no other package. Names of commands and options need no quoting.</summary>
internal static class BashCompletion
{
    public static string Write(EdgeCommandLine edge)
    {
        var cases = new StringBuilder();
        foreach (var command in edge.Commands)
        {
            var options = command.ShownOptions.Concat(edge.GlobalOptions.Where(option => option.Recursive)).Select(option => option.Name);
            cases.Append($"    {command.Name})\n        options='{string.Join(' ', options)}' words='{string.Join(' ', command.ArgumentWords)}' suffix={command.ArgumentFiles}\n");
            if (command.ShownOptions.Where(option => option.HelpName is not null).ToList() is { Count: > 0 } valued)
                cases.Append($"        case $previous in {string.Join('|', valued.Select(option => option.Name))}) return ;; esac\n");
            cases.Append("        ;;\n");
        }

        return $$"""
            # Completion of edge for bash: source <(edge completion bash)
            _edge() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local command= options= words= suffix= i
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    [[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]}; break; }
                done
                case $command in
                '')
                    options='{{string.Join(' ', edge.GlobalOptions.Select(option => option.Name))}}' words='{{string.Join(' ', edge.Commands.Select(command => command.Name))}}'
                    ;;
            {{cases.ToString().TrimEnd('\n')}}
                esac
                if [[ $current == -* || -z $words$suffix ]]; then
                    words=$options suffix=
                fi
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
                if [[ -n $suffix ]]; then
                    # Outside of readline, as in a test, there is nothing to tell that these are files.
                    compopt -o filenames 2>/dev/null
                    mapfile -t COMPREPLY < <(compgen -f -X "!*.$suffix" -- "$current"; compgen -d -- "$current")
                fi
            }
            complete -F _edge edge

            """;
    }
}
