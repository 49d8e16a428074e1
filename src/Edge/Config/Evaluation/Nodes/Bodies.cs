using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

internal sealed partial class ObjectBody
{
    private BodyLayout? _layout;

    internal BodyLayout Layout => _layout ??= new BodyLayout(this);

    /// <summary>The object (or function) that amends <paramref name="parent"/> with this body.</summary>
    /// <param name="frame">Where the body stands.</param>
    /// <param name="parent">What it amends.</param>
    /// <param name="site">What an error about the parent points at.</param>
    /// <param name="literal">Parent and body together.</param>
    internal Value Amend(Frame frame, Value parent, SourceSpan site, SourceSpan literal) =>
        Amendment.Apply(frame, parent, this, Parameters, site, literal);
}

internal sealed partial class ClassSyntax
{
    private LexicalLevel? _level;

    /// <summary>The names that the body defines.</summary>
    internal LexicalLevel Level => _level ??= ModuleLayout.LevelOf(LevelKind.Class, Members, []);

    /// <summary>The definitions that the prototype holds.</summary>
    internal MemberTable MemberTable { get => field ??= ModuleLayout.TableOf(Level); }
}

internal sealed partial class ModuleSyntax
{
    private LexicalLevel? _level;

    /// <summary>The names that the module defines, imports included.</summary>
    internal LexicalLevel Level => _level ??= ModuleLayout.LevelOf(LevelKind.Module, Members, Imports);

    /// <summary>The definitions that the module's object holds.</summary>
    internal MemberTable MemberTable { get => field ??= ModuleLayout.TableOf(Level); }
}
