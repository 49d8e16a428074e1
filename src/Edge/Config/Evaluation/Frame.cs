namespace Edge.Config.Evaluation;

/// <summary>
/// One lexical level at run time: a module's, class's or object body's, or a function's, <c>let</c>'s or <c>for</c>'s parameters.
/// Names are looked for from here outwards.
/// </summary>
internal sealed class Frame
{
    public Frame(ModuleInstance module, Frame? outer, LexicalLevel level, Value @this, ObjectValue? owner, Value[]? arguments = null, object? key = null)
    {
        Module = module;
        Outer = outer;
        Level = level;
        This = @this;
        Owner = owner;
        Arguments = arguments;
        Key = key;
    }

    /// <summary>A frame inside <paramref name="outer"/> with the same receiver.</summary>
    public Frame(Frame outer, LexicalLevel level, Value[] arguments)
        : this(outer.Module, outer, level, outer.This, outer.Owner, arguments, outer.Key)
    {
    }

    public ModuleInstance Module { get; }

    public Evaluator Evaluator => Module.Evaluator;

    public Frame? Outer { get; }

    /// <summary>What <c>module</c> is here: the object that the outermost level was asked on.</summary>
    public ObjectValue ModuleObject
    {
        get
        {
            var level = this;
            while (level.Outer is { Level.Kind: not LevelKind.Root } outer) level = outer;
            return (ObjectValue)level.This;
        }
    }

    /// <summary>What the syntax defines at this level.</summary>
    public LexicalLevel Level { get; }

    /// <summary>The receiver: the object that was asked, or in a constraint the value under test.</summary>
    public Value This { get; }

    /// <summary>The object of the prototype chain of <see cref="This"/> that defines the running code; <c>super</c> starts above it.</summary>
    public ObjectValue? Owner { get; }

    /// <summary>The level's parameters, in the order of <see cref="LexicalLevel.Parameters"/>.</summary>
    public Value[]? Arguments { get; }

    /// <summary>The key of the member that is being computed.</summary>
    public object? Key { get; }
}
