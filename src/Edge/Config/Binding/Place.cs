using Edge.Config.Evaluation;
using Edge.Config.Syntax;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>A stretch of a user's file.</summary>
internal readonly record struct Location(SourceText Source, SourceSpan Span);

/// <summary>
/// A value on its way into a record, and where the user wrote it: where it is a default, the place of what it belongs to.
/// </summary>
/// <param name="Parent">The object that holds it; null for the module.</param>
/// <param name="Key">The property's name, an entry's key, or an element's index.</param>
/// <param name="Value">Null where computing it failed, which is reported already.</param>
/// <param name="Where">The nearest place in a user's file.</param>
/// <param name="IsExplicit">Whether the user wrote it.</param>
internal sealed record Place(Place? Parent, string Key, Value? Value, Location Where, bool IsExplicit)
{
    /// <summary>What to do where the value does not fit; null where the schema says nothing.</summary>
    public string? Advice { get; init; }

    /// <summary>Whether the value must not be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether the key came from the environment.</summary>
    public bool IsKeySecret { get; init; }

    /// <summary>The key as it may be shown.</summary>
    public string ShownKey => IsKeySecret ? Secret.Mask : Key;

    public ObjectValue? Object => Value as ObjectValue;

    public bool IsNull => Value is NullValue;

    /// <summary>The simple name of an object's class; empty for anything else.</summary>
    public string ClassName => Object?.Class.SimpleName ?? "";
}
