using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Calls a library member that is implemented in C#: a property (no arguments) or a method.</summary>
/// <exception cref="EvaluationException">from <see cref="Evaluator.Fail(string, string?)"/></exception>
internal delegate Value ExternalMember(Evaluator evaluator, Value receiver, ReadOnlySpan<Value> arguments);

/// <summary>A member as the library sees it, its value computed.</summary>
/// <param name="Kind">Property, element or entry.</param>
/// <param name="Key">A property's name as a <see cref="StringValue"/>, an element's index, an entry's key.</param>
/// <param name="Value">The value.</param>
internal readonly record struct MemberView(MemberKind Kind, Value Key, Value Value);

/// <summary>
/// One evaluation: modules, classes, the call stack and the budgets. Not thread-safe; a value belongs to the evaluation that made it.
/// </summary>
internal sealed partial class Evaluator
{
    public Evaluator(EvaluationOptions options)
    {
        Options = options;
        Modules = new ModuleLoader(this);
        Resources = new ResourceReader(this);
        Base = new BaseModule(Modules.LoadLibrary("pkl:base")!);
        Base.Module.Initialize(null);
    }

    public EvaluationOptions Options { get; }

    public EvaluationLimits Limits => Options.Limits;

    /// <summary>The classes of <c>pkl:base</c>.</summary>
    public BaseModule Base { get; }

    internal ModuleLoader Modules { get; }

    internal ResourceReader Resources { get; }

    /// <summary>Loads the main module.</summary>
    /// <param name="path">A file's path.</param>
    /// <exception cref="SyntaxException">where the file is not Pkl</exception>
    /// <exception cref="EvaluationException">where it cannot be read, or a module that it amends or extends cannot</exception>
    public ModuleInstance LoadMain(string path) => Modules.LoadMain(path);

    /// <summary>Evaluates a module to the text that its <c>output</c> says, PCF where it says nothing.</summary>
    /// <param name="path">A file's path.</param>
    /// <exception cref="SyntaxException">where the file is not Pkl</exception>
    /// <exception cref="EvaluationException">where the program fails</exception>
    public string EvaluateToText(string path)
    {
        var output = ReadProperty(LoadMain(path).Self, MemberNames.Output, isImplicit: false);
        var bytes = ReadProperty(output, MemberNames.Bytes, isImplicit: false);
        return System.Text.Encoding.UTF8.GetString(((BytesValue)bytes).Value.Span);
    }
}
