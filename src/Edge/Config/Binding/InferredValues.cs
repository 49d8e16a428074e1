using Edge.Config.Evaluation;

namespace Edge.Config.Binding;

/// <summary>Values of properties that follow from something else: from a block's name, or from the server's own settings.</summary>
internal sealed class InferredValues
{
    // By reference: two equal objects are two places, and Pkl's equality would compute all of both.
    private readonly Dictionary<ObjectValue, Dictionary<string, Value>> _values = new(ReferenceEqualityComparer.Instance);

    public void Set(ObjectValue @object, string property, Value value)
    {
        if (!_values.TryGetValue(@object, out var properties)) _values.Add(@object, properties = []);
        properties[property] = value;
    }

    /// <summary>Null where the property means what it says.</summary>
    public Value? Find(ObjectValue @object, string property) =>
        _values.TryGetValue(@object, out var properties) ? properties.GetValueOrDefault(property) : null;
}
