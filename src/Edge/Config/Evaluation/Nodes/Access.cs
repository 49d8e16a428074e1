using System.Collections.Immutable;
using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

internal sealed partial class UnqualifiedAccess
{
    // Where the name is defined: found at the first evaluation and true for all, because it hangs on the syntax alone (names
    // that a spread or a `when` may define are looked for every time).
    private Resolution? _resolution;

    internal override Value Evaluate(Frame frame)
    {
        if (IsCall) return Call(frame);
        var resolution = _resolution;
        if (resolution is null)
        {
            resolution = Resolution.OfVariable(frame, Name.Text, out var isStable);
            if (isStable) _resolution = resolution;
        }
        var level = frame;
        for (var hops = resolution.Hops; hops > 0; hops--) level = level.Outer!;
        var evaluator = frame.Evaluator;
        switch (resolution.Kind)
        {
            case ResolutionKind.Parameter:
                return level.Arguments![resolution.Slot];
            case ResolutionKind.Local:
                evaluator.At(frame.Module, Span);
                return evaluator.ReadLocal(level, resolution.Member!);
            case ResolutionKind.Lexical:
                evaluator.At(frame.Module, Span);
                return evaluator.ReadProperty(level.This, Name.Text, isImplicit: true);
            case ResolutionKind.Base:
                evaluator.At(frame.Module, Span);
                return evaluator.TryRead(evaluator.Base.Module.Self, Name.Text)!;
            default:
                evaluator.At(frame.Module, Span);
                return evaluator.ReadProperty(frame.This, Name.Text, isImplicit: true);
        }
    }

    private Value Call(Frame frame)
    {
        var arguments = Evaluate(Arguments, frame);
        var resolution = _resolution;
        if (resolution is null)
        {
            resolution = Resolution.OfMethod(frame, Name.Text);
            _resolution = resolution;
        }
        var level = frame;
        for (var hops = resolution.Hops; hops > 0; hops--) level = level.Outer!;
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, Span);
        return resolution.Kind switch
        {
            ResolutionKind.Local => evaluator.InvokeLexical(level, resolution.Method!, arguments),
            ResolutionKind.Lexical => evaluator.InvokeMethod(level.This, Name.Text, arguments, isImplicit: true),
            ResolutionKind.Base => evaluator.Base.Module.Class.FindMethod(Name.Text)!.Invoke(evaluator, evaluator.Base.Module.Self, arguments),
            _ => evaluator.InvokeMethod(frame.This, Name.Text, arguments, isImplicit: true),
        };
    }

    internal static Value[] Evaluate(ImmutableArray<Expression> arguments, Frame frame)
    {
        if (arguments.Length == 0) return [];
        var values = new Value[arguments.Length];
        for (var i = 0; i < values.Length; i++) values[i] = arguments[i].Evaluate(frame);
        return values;
    }
}

internal sealed partial class QualifiedAccess
{
    internal override Value Evaluate(Frame frame)
    {
        var receiver = Receiver.Evaluate(frame);
        if (IsNullSafe && receiver is NullValue) return receiver;
        var evaluator = frame.Evaluator;
        if (!IsCall)
        {
            evaluator.At(frame.Module, Span);
            return evaluator.ReadProperty(receiver, Name.Text, isImplicit: false);
        }
        var arguments = UnqualifiedAccess.Evaluate(Arguments, frame);
        evaluator.At(frame.Module, Span);
        return evaluator.InvokeMethod(receiver, Name.Text, arguments, isImplicit: false);
    }
}

internal sealed partial class SuperAccess
{
    internal override Value Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        if (!IsCall) return evaluator.ReadSuperProperty(frame, Name.Text, Span);
        var arguments = UnqualifiedAccess.Evaluate(Arguments, frame);
        evaluator.At(frame.Module, Span);
        var superclass = frame.Owner!.Class.Superclass!;
        var method = superclass.FindMethod(Name.Text) ?? throw evaluator.FailMethod(superclass, Name.Text, arguments.Length, isImplicit: false);
        return method.Invoke(evaluator, frame.This, arguments);
    }
}

internal sealed partial class SuperSubscript
{
    internal override Value Evaluate(Frame frame) => frame.Evaluator.ReadSuperEntry(frame, Key.Evaluate(frame), Span);
}

internal sealed partial class Subscript
{
    internal override Value Evaluate(Frame frame)
    {
        var receiver = Receiver.Evaluate(frame);
        var key = Key.Evaluate(frame);
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, Span);
        switch (receiver)
        {
            case ObjectValue { IsTyped: false } @object:
                return ReadMember(evaluator, frame, @object, key);
            case ListValue list when key is IntValue index:
                return index.Value >= 0 && index.Value < list.Items.Length
                    ? list.Items[(int)index.Value]
                    : throw evaluator.Fail($"Element index `{index.Value:N0}` is out of range `0`..`{list.Items.Length - 1:N0}`.", "Collection", receiver);
            case MapValue map:
                return map.Find(key) ?? throw evaluator.FailKey(map, key);
            case StringValue text when key is IntValue index:
                return CharAt(evaluator, frame, text, index.Value);
            case BytesValue bytes when key is IntValue index:
                return index.Value >= 0 && index.Value < bytes.Value.Length
                    ? IntValue.Of(bytes.Value.Span[(int)index.Value])
                    : throw evaluator.Fail($"Element index `{index.Value:N0}` is out of range `0`..`{bytes.Value.Length - 1:N0}`.", "Value", receiver);
            default:
                throw evaluator.FailOperator(frame.Module, Span, "[]", receiver, key);
        }
    }

    private Value ReadMember(Evaluator evaluator, Frame frame, ObjectValue receiver, Value key)
    {
        if (receiver.IsListing && key is not IntValue) throw evaluator.FailOperator(frame.Module, Span, "[]", receiver, key);
        if (evaluator.TryRead(receiver, key) is { } value) return value;
        throw receiver.IsListing
            ? evaluator.Fail($"Element index `{((IntValue)key).Value:N0}` is out of range `0`..`{receiver.Length - 1:N0}`.")
            : evaluator.FailKey(receiver, key);
    }

    private StringValue CharAt(Evaluator evaluator, Frame frame, StringValue text, long index)
    {
        // Characters are code points.
        var count = 0L;
        for (var i = 0; i < text.Value.Length; count++)
        {
            var length = char.IsHighSurrogate(text.Value[i]) && i + 1 < text.Value.Length && char.IsLowSurrogate(text.Value[i + 1]) ? 2 : 1;
            if (count == index) return new StringValue(text.Value.Substring(i, length)) { FromEnvironment = text.FromEnvironment };
            i += length;
        }
        evaluator.At(frame.Module, Key.Span);
        throw evaluator.Fail($"Character index `{index:N0}` is out of range `0`..`{count - 1:N0}`.", "String", text);
    }
}
