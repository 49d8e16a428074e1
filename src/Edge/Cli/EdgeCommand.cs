using System.CommandLine;

namespace Edge.Cli;

/// <summary>A command of `edge`: its syntax for the parser, help and completion, and what it does.</summary>
internal abstract class EdgeCommand(string name, string description) : Command(name, description)
{
    /// <summary>How it is called, a line for each form, without `edge`.</summary>
    public abstract IReadOnlyList<string> Usage { get; }

    /// <summary>More for `edge help COMMAND`; empty where the description says it all.</summary>
    public virtual string Details => "";

    /// <summary>What completion offers for the argument.</summary>
    public virtual IReadOnlyList<string> ArgumentWords => [];

    /// <summary>The suffix, without its dot, of the files that completion offers for the argument; null for none.</summary>
    public virtual string? ArgumentFiles => null;

    /// <summary>The options that help and completion tell of; hidden ones are those that this build refuses.</summary>
    public IEnumerable<Option> ShownOptions => Options.Where(option => !option.Hidden);

    /// <returns>The exit code.</returns>
    public abstract Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation);
}
