using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>What an object body defines, made from its syntax once: names, members, and the generators among them.</summary>
internal sealed class BodyLayout
{
    private readonly MemberTable? _static;

    public BodyLayout(ObjectBody body)
    {
        Names = new BodyNames();
        Parts = PartsOf(body, [], conditional: false);
        // Without generators the order of the source counts only within each kind.
        if (!HasGenerators && Parts.Length > 1) Parts = [.. Parts.Where(p => p is PropertyPart), .. Parts.Where(p => p is EntryPart), .. Parts.Where(p => p is ElementPart)];
        _static = MakeStaticTable();
    }

    public BodyNames Names { get; }

    public ImmutableArray<BodyPart> Parts { get; }

    public bool IsEmpty => Parts.IsEmpty && Names.Methods.Count == 0;

    /// <summary>Whether some member is generated: by <c>for</c>, <c>when</c>, a spread or a predicate.</summary>
    public bool HasGenerators { get; private set; }

    /// <summary>Whether some member is an element.</summary>
    public bool HasElements { get; private set; }

    /// <summary>The members where they are the same for every object: no generators, no computed keys, no elements before them.</summary>
    public MemberTable? StaticTable(int parentLength) => parentLength == 0 || !HasElements ? _static : null;

    /// <summary>The number of elements in the static table.</summary>
    public int StaticElements { get; private set; }

    private ImmutableArray<BodyPart> PartsOf(ObjectBody body, ImmutableArray<string?> variables, bool conditional)
    {
        var level = new LexicalLevel(LevelKind.Object, Names, variables);
        var parts = ImmutableArray.CreateBuilder<BodyPart>(body.Members.Length);
        foreach (var member in body.Members)
        {
            switch (member)
            {
                case ObjectProperty property:
                {
                    var definition = new SyntaxMember(property, level);
                    Names.Add(property.Name.Text, definition, conditional);
                    parts.Add(new PropertyPart(definition));
                    break;
                }
                case ObjectMethod method:
                    Names.Add(MethodOf(method));
                    break;
                case ObjectElement element:
                    HasElements = true;
                    parts.Add(new ElementPart(new SyntaxMember(element, level)));
                    break;
                case ObjectEntry entry:
                    parts.Add(new EntryPart(new SyntaxMember(entry, level), entry.Key));
                    break;
                case MemberPredicate predicate:
                    HasGenerators = true;
                    parts.Add(new PredicatePart(new SyntaxMember(predicate, level), predicate.Predicate));
                    break;
                case ObjectSpread spread:
                    HasGenerators = true;
                    Names.HasSpread = true;
                    parts.Add(new SpreadPart(spread));
                    break;
                case WhenGenerator @when:
                    HasGenerators = true;
                    parts.Add(new WhenPart(
                        @when,
                        PartsOf(@when.Then, variables, conditional: true),
                        @when.Else is null ? [] : PartsOf(@when.Else, variables, conditional: true)));
                    break;
                case ForGenerator @for:
                    HasGenerators = true;
                    var inner = @for.Key is null ? variables : variables.Add(@for.Key.Name?.Text);
                    parts.Add(new ForPart(@for, PartsOf(@for.Body, inner.Add(@for.Value.Name?.Text), conditional: true)));
                    break;
            }
        }
        return parts.DrainToImmutable();
    }

    private MethodMember MethodOf(ObjectMethod method)
    {
        var result = new MethodMember(
            method, method.Header, method.Modifiers | Modifiers.Local, method.Name.Text, method.TypeParameters, method.Parameters,
            method.ResultType, method.Body, new LexicalLevel(LevelKind.Object, Names, LexicalLevel.NamesOf(method.Parameters)));
        NewExpression.Infer(method.Body, InferenceKind.Method, result);
        return result;
    }

    private MemberTable? MakeStaticTable()
    {
        if (HasGenerators) return null;
        var keys = new object[Parts.Length];
        var members = new Member[Parts.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            members[i] = Parts[i].Member!;
            switch (Parts[i])
            {
                case PropertyPart:
                    keys[i] = Parts[i].Member!.Name!;
                    break;
                case ElementPart:
                    keys[i] = IntValue.Of(StaticElements++);
                    break;
                case EntryPart entry:
                    if (ConstantKey(entry.Key) is not { } key) return null;
                    keys[i] = key;
                    break;
            }
        }
        return new MemberTable(keys, members);
    }

    /// <summary>The value of a key that is a literal, or null.</summary>
    internal static Value? ConstantKey(Expression key) => key switch
    {
        StringLiteral { IsConstant: true } text => new StringValue(text.ConstantText),
        IntLiteral number => IntValue.Of(number.Value),
        FloatLiteral number => new FloatValue(number.Value),
        BooleanLiteral boolean => BooleanValue.Of(boolean.Value),
        UnaryMinusExpression { Operand: IntLiteral number } => IntValue.Of(-number.Value),
        UnaryMinusExpression { Operand: FloatLiteral number } => new FloatValue(-number.Value),
        _ => null,
    };
}
