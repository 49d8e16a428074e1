using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// What stands in an object body, on one page: each adds its members to the object under construction. Keys, sources and conditions
// are evaluated now, in the frame of the literal; values are not.

internal abstract class BodyPart(SyntaxMember? member)
{
    public SyntaxMember? Member => member;

    /// <param name="under">The object under construction.</param>
    /// <param name="frame">The frame of the literal, inside the variables of the <c>for</c>s around.</param>
    /// <param name="variables">The values of those variables, or null.</param>
    public abstract void Add(MembersBuilder under, Frame frame, Value[]? variables);

    protected Member Bind(Value[]? variables) => variables is null ? member! : new GeneratedMember(member!, variables);
}

internal sealed class PropertyPart(SyntaxMember member) : BodyPart(member)
{
    public override void Add(MembersBuilder under, Frame frame, Value[]? variables) => under.AddProperty(Member!.Name!, Bind(variables), Member);
}

internal sealed class ElementPart(SyntaxMember member) : BodyPart(member)
{
    public override void Add(MembersBuilder under, Frame frame, Value[]? variables) => under.AddElement(Bind(variables), Member);
}

internal sealed class EntryPart(SyntaxMember member, Expression key) : BodyPart(member)
{
    public Expression Key => key;

    public override void Add(MembersBuilder under, Frame frame, Value[]? variables) => under.AddEntry(key.Evaluate(frame), Bind(variables), Member!, key.Span);
}

/// <summary><c>[[predicate]] = ...</c>: overrides every element and entry of the parent for which it holds.</summary>
internal sealed class PredicatePart(SyntaxMember member, Expression predicate) : BodyPart(member)
{
    public override void Add(MembersBuilder under, Frame frame, Value[]? variables)
    {
        var evaluator = frame.Evaluator;
        under.CheckPredicate(predicate.Span);
        var parent = under.Parent;
        var seen = new HashSet<object>();
        for (var owner = parent; owner is not null; owner = owner.Parent)
        {
            var members = owner.Members;
            for (var at = 0; at < members.Count; at++)
            {
                if (members[at].Kind == MemberKind.Property || members[at].IsLocal || !seen.Add(members.Key(at))) continue;
                evaluator.At(frame.Module, predicate.Span);
                var value = evaluator.TryRead(parent, members.Key(at))!;
                var applies = predicate.Evaluate(new Frame(frame.Module, frame, LexicalLevel.CustomThis, value, frame.Owner, null, frame.Key));
                if (applies is not BooleanValue boolean)
                {
                    evaluator.At(frame.Module, predicate.Span);
                    throw evaluator.FailType(applies, evaluator.Base.Boolean);
                }
                if (boolean.Value) under.Add(members.Key(at), Bind(variables), Member);
            }
        }
    }
}

internal sealed class WhenPart(WhenGenerator syntax, ImmutableArray<BodyPart> then, ImmutableArray<BodyPart> @else) : BodyPart(null)
{
    public override void Add(MembersBuilder under, Frame frame, Value[]? variables)
    {
        var condition = syntax.Condition.Evaluate(frame);
        if (condition is not BooleanValue boolean)
        {
            frame.Evaluator.At(frame.Module, syntax.Condition.Span);
            throw frame.Evaluator.FailType(condition, frame.Evaluator.Base.Boolean);
        }
        foreach (var part in boolean.Value ? then : @else) part.Add(under, frame, variables);
    }
}

internal sealed class ForPart(ForGenerator syntax, ImmutableArray<BodyPart> parts) : BodyPart(null)
{
    private readonly LexicalLevel _level = new(
        LevelKind.Transparent, null, syntax.Key is null ? [syntax.Value.Name?.Text] : [syntax.Key.Name?.Text, syntax.Value.Name?.Text]);

    public override void Add(MembersBuilder under, Frame frame, Value[]? variables)
    {
        var source = syntax.Source.Evaluate(frame);
        var evaluator = frame.Evaluator;
        switch (source)
        {
            case ListValue list:
                for (var i = 0; i < list.Items.Length; i++) Turn(under, frame, variables, IntValue.Of(i), list.Items[i]);
                break;
            case SetValue set:
                for (var i = 0; i < set.Items.Length; i++) Turn(under, frame, variables, IntValue.Of(i), set.Items[i]);
                break;
            case MapValue map:
                foreach (var entry in map.Entries) Turn(under, frame, variables, entry.Key, entry.Value);
                break;
            case IntSeqValue sequence:
                var index = 0L;
                foreach (var number in sequence.Numbers()) Turn(under, frame, variables, IntValue.Of(index++), IntValue.Of(number));
                break;
            case BytesValue bytes:
                for (var i = 0; i < bytes.Value.Length; i++) Turn(under, frame, variables, IntValue.Of(i), IntValue.Of(bytes.Value.Span[i]));
                break;
            case ObjectValue { IsTyped: false } @object:
                evaluator.At(frame.Module, syntax.Span);
                foreach (var member in evaluator.Members(@object)) Turn(under, frame, variables, member.Key, member.Value);
                break;
            default:
                throw evaluator.FailAt(
                    frame.Module, syntax.Source.Span, $"Cannot iterate over value of type `{evaluator.ClassOf(source).DisplayName}`.", source);
        }
    }

    private void Turn(MembersBuilder under, Frame frame, Value[]? outer, Value key, Value value)
    {
        Value[] own = syntax.Key is null ? [value] : [key, value];
        var scope = new Frame(frame, _level, own);
        if (syntax.Key?.Type is { } keyType) own[0] = Check(scope, keyType, key);
        if (syntax.Value.Type is { } valueType) own[^1] = Check(scope, valueType, value);
        Value[] variables = outer is null ? own : [.. outer, .. own];
        frame.Evaluator.Account(1);
        foreach (var part in parts) part.Add(under, scope, variables);
    }

    private static Value Check(Frame frame, TypeSyntax type, Value value)
    {
        frame.Evaluator.At(frame.Module, type.Span);
        return frame.Module.TypeOf(type).CheckOrThrow(frame, value);
    }
}

internal sealed class SpreadPart(ObjectSpread syntax) : BodyPart(null)
{
    public override void Add(MembersBuilder under, Frame frame, Value[]? variables)
    {
        var source = syntax.Value.Evaluate(frame);
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, syntax.Span);
        switch (source)
        {
            case NullValue when syntax.IsNullSafe:
                break;
            case NullValue:
                throw evaluator.FailAt(
                    frame.Module, syntax.Value.Span, "Cannot iterate over value of type `Null`.",
                    $"To guard against a nullable value, use `...?` instead of `...`.\nTry: `...?{frame.Module.Source.TextOf(syntax.Value.Span)}`");
            case ObjectValue { IsTyped: false } @object:
                evaluator.ForceShallowly(@object);
                evaluator.At(frame.Module, syntax.Span);
                foreach (var (key, member, owner) in Evaluator.ShownMembers(@object)) under.AddSpread(key, member, owner, evaluator.TryRead(@object, key)!);
                break;
            case ListValue list:
                under.CheckSpread(source, "`List` and `Set` can only be spread into objects of type `Dynamic` and `Listing`.", elements: true);
                foreach (var item in list.Items) under.AddElement(new SpreadMember(MemberKind.Element, item, null, null), null);
                break;
            case SetValue set:
                under.CheckSpread(source, "`List` and `Set` can only be spread into objects of type `Dynamic` and `Listing`.", elements: true);
                foreach (var item in set.Items) under.AddElement(new SpreadMember(MemberKind.Element, item, null, null), null);
                break;
            case IntSeqValue sequence:
                under.CheckSpread(source, "`IntSeq` can only be spread into objects of type `Dynamic` and `Listing`.", elements: true);
                foreach (var number in sequence.Numbers()) under.AddElement(new SpreadMember(MemberKind.Element, IntValue.Of(number), null, null), null);
                break;
            case BytesValue bytes:
                under.CheckSpread(source, "`Bytes` can only be spread into objects of type `Dynamic` and `Listing`.", elements: true);
                for (var i = 0; i < bytes.Value.Length; i++)
                    under.AddElement(new SpreadMember(MemberKind.Element, IntValue.Of(bytes.Value.Span[i]), null, null), null);
                break;
            case MapValue map:
                under.CheckSpread(source, "`Map` can only be spread into objects of type `Dynamic` and `Mapping`.", elements: false);
                foreach (var entry in map.Entries) under.Add(entry.Key, new SpreadMember(MemberKind.Entry, entry.Value, null, null), null);
                break;
            default:
                throw evaluator.FailAt(
                    frame.Module, syntax.Value.Span, $"Cannot iterate over value of type `{evaluator.ClassOf(source).DisplayName}`.", source,
                    source is ObjectValue
                        ? "`Typed` values are not iterable. If you mean to spread its members, convert it to `Dynamic` using `toDynamic()`."
                        : null);
        }
    }
}
