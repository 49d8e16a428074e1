using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

internal enum ResolutionKind : byte
{
    /// <summary>A parameter or <c>for</c> variable.</summary>
    Parameter,

    /// <summary>A local property, or a method that cannot be overridden.</summary>
    Local,

    /// <summary>A property or method that a level defines: read from that level's receiver, so that an override counts.</summary>
    Lexical,

    /// <summary>Of <c>pkl:base</c>.</summary>
    Base,

    /// <summary>Of <c>this</c>, if there is one.</summary>
    ImplicitThis,
}

/// <summary>Where an unqualified name leads: lexical levels outwards, then <c>pkl:base</c>, then <c>this</c>.</summary>
internal sealed class Resolution(ResolutionKind kind, int hops = 0, int slot = 0, SyntaxMember? member = null, MethodMember? method = null)
{
    private static readonly Resolution OfBase = new(ResolutionKind.Base);
    private static readonly Resolution OfThis = new(ResolutionKind.ImplicitThis);

    public ResolutionKind Kind => kind;

    /// <summary>How many levels outwards.</summary>
    public int Hops => hops;

    /// <summary>How many levels outwards, as <c>const</c> counts them: without transparent ones.</summary>
    public int LevelsUp { get; private init; }

    public int Slot => slot;

    public SyntaxMember? Member => member;

    public MethodMember? Method => method;

    public static Resolution OfVariable(Frame frame, string name, out bool isStable)
    {
        isStable = true;
        var hops = 0;
        var levelsUp = 0;
        for (var level = frame; level is not null; levelsUp += level.Level.Kind == LevelKind.Transparent ? 0 : 1, level = level.Outer, hops++)
        {
            var slot = level.Level.FindParameter(name);
            if (slot >= 0) return new Resolution(ResolutionKind.Parameter, hops, slot);
            if (level.Level.Names is not { } names) continue;
            var member = names.Find(name, out var isConditional);
            if (member is not null && isConditional)
            {
                // Whether the `when` took this branch is known by the object only.
                isStable = false;
                if (member.IsLocal ? level.Owner!.Members.FindLocal(name) < 0 : level.Owner!.Members.Find(name) < 0) member = null;
            }
            if (member is not null)
                return member.IsLocal
                    ? new Resolution(ResolutionKind.Local, hops, member: member) { LevelsUp = levelsUp }
                    : new Resolution(ResolutionKind.Lexical, hops, member: member) { LevelsUp = levelsUp };
            if (!names.HasSpread) continue;
            isStable = false;
            if (level.Owner!.Members.Find(name) >= 0) return new Resolution(ResolutionKind.Lexical, hops);
        }
        var known = frame.Evaluator.Base.Module;
        return !frame.Module.IsBase && known.Syntax.Level.Names!.Find(name, out _) is not null ? OfBase : OfThis;
    }

    public static Resolution OfMethod(Frame frame, string name)
    {
        var hops = 0;
        var levelsUp = 0;
        for (var level = frame; level is not null; levelsUp += level.Level.Kind == LevelKind.Transparent ? 0 : 1, level = level.Outer, hops++)
        {
            if (level.Level.Names?.FindMethod(name) is not { } method) continue;
            // An amended module's methods belong to its class, which an amending one is no part of; its own are local.
            return method.IsLocal || (level.Level.Kind is LevelKind.Class or LevelKind.Module && !level.Owner!.Class.IsOpen && (method.Modifiers & Modifiers.External) == 0)
                ? new Resolution(ResolutionKind.Local, hops, method: method) { LevelsUp = levelsUp }
                : new Resolution(ResolutionKind.Lexical, hops, method: method) { LevelsUp = levelsUp };
        }
        var known = frame.Evaluator.Base.Module;
        return !frame.Module.IsBase && known.Syntax.Level.Names!.FindMethod(name) is not null ? OfBase : OfThis;
    }
}
