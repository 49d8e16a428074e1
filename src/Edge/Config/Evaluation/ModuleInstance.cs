using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A module loaded into an evaluation: its text, its tree and the object that it denotes.</summary>
internal sealed partial class ModuleInstance(Evaluator evaluator, SourceText source, ModuleSyntax syntax)
{
    public Evaluator Evaluator { get; } = evaluator;

    public SourceText Source { get; } = source;

    public ModuleSyntax Syntax { get; } = syntax;

    /// <summary>The declared name, or the file's name without <c>.pkl</c>.</summary>
    public string Name { get; } = syntax.Declaration?.Name?.Text ?? Path.GetFileNameWithoutExtension(Uri.UnescapeDataString(source.Uri));

    public bool IsBase { get; } = source.Uri == "pkl:base";
}
