using System.Collections.Immutable;

using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// What library members implemented in C# may ask of the evaluator.
internal sealed partial class Evaluator
{
    /// <summary>Calls a function, which checks the number of arguments.</summary>
    /// <exception cref="EvaluationException">from the function's body, or a wrong number of arguments</exception>
    public Value Call(FunctionValue function, params ReadOnlySpan<Value> arguments) => function.Invoke(this, arguments);

    /// <summary>Calls a predicate.</summary>
    /// <exception cref="EvaluationException">also where it does not return a Boolean</exception>
    public bool Test(FunctionValue predicate, params ReadOnlySpan<Value> arguments) =>
        Call(predicate, arguments) is var result && result is BooleanValue boolean
            ? boolean.Value
            : throw FailType(result, Base.Boolean);

    /// <summary>An error to throw, located where the running library member was called.</summary>
    /// <param name="headline">What is wrong, in Pkl's words.</param>
    /// <param name="hint">What follows the first frame; may have several lines.</param>
    public EvaluationException Fail(string headline, string? hint = null) =>
        new(headline, CaptureFrames(), hint);

    /// <summary>As <see cref="Fail(string, string?)"/>, with a <c>Value: ...</c> line.</summary>
    public EvaluationException Fail(string headline, Value shown, string? hint = null) =>
        new(headline, CaptureFrames(), hint) { Values = [new ShownValue("Value", Show(shown))] };

    /// <summary><c>Expected value of type `X`, but got type `Y`.</c> with the value.</summary>
    public EvaluationException FailType(Value value, ClassValue expected) =>
        value is NullValue
            ? Fail($"Expected value of type `{expected.DisplayName}`, but got `null`.")
            : Fail($"Expected value of type `{expected.DisplayName}`, but got type `{ClassOf(value).DisplayName}`.", value);

    /// <summary>The value of an object's property, entry or element, computed if need be; null where it has none of that key.</summary>
    /// <param name="object">The receiver.</param>
    /// <param name="key">A property's name, interned, or an entry's key or element's index as a <see cref="Value"/>.</param>
    public Value? ReadOrNull(ObjectValue @object, object key) => TryRead(@object, key);

    /// <summary>A property that must be there.</summary>
    public Value Read(ObjectValue @object, string property) =>
        TryRead(@object, Names.Intern(property))
        ?? throw Fail($"Cannot find property `{property}` in object of type `{@object.Class.DisplayName}`.");

    /// <summary>
    /// The members that iteration and rendering show: inherited ones first, in order of definition, each with its value;
    /// local and hidden ones and external ones are left out.
    /// </summary>
    public ImmutableArray<MemberView> Members(ObjectValue @object) => CollectMembers(@object);

    /// <summary>Computes every member that <see cref="Members"/> shows, and theirs.</summary>
    public void Force(Value value) => DeepForce(value);
}
