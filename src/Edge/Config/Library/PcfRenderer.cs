using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>What a renderer writes in place of a value; null where it writes the value.</summary>
/// <param name="owner">The object that holds the value; null for elements of collections and for the document.</param>
/// <param name="property">The name of the property that has the value; null where it is none.</param>
/// <param name="value">The value, converted.</param>
internal delegate string? PcfMask(ObjectValue? owner, string? property, Value value);

/// <summary>How to render. The defaults are those of Pkl's <c>PcfRenderer</c>.</summary>
internal sealed record PcfOptions
{
    public string Indent { get; init; } = "  ";

    public bool OmitNullProperties { get; init; }

    public bool UseCustomStringDelimiters { get; init; }

    public ValueConverters Converters { get; init; } = ValueConverters.None;

    public PcfMask? Mask { get; init; }

    /// <summary>Hides what came from the environment.</summary>
    public static string? MaskEnvironment(ObjectValue? owner, string? property, Value value) =>
        value.FromEnvironment ? ValueText.Mask : null;
}

/// <summary>
/// Writes values in Pkl's own notation (PCF), byte for byte as <c>pkl eval</c> does. Members are computed as they are reached.
/// </summary>
internal sealed class PcfRenderer
{
    private readonly Evaluator _evaluator;
    private readonly PcfOptions _options;
    private readonly StringBuilder _text = new();
    private readonly ClassValue _directive;
    private readonly ClassValue _pcfDirective;

    // From the document to the value being written: names (string), keys and indices (Value).
    private readonly List<object> _path = [ConverterPath.Top];
    private ObjectValue? _document;
    private string _indent = "";
    private bool _holdsEnvironment;
    private StackFrame? _member;

    private PcfRenderer(Evaluator evaluator, PcfOptions options)
    {
        _evaluator = evaluator;
        _options = options;
        _directive = evaluator.Base.Find("RenderDirective");
        _pcfDirective = evaluator.Base.Find("PcfRenderDirective");
    }

    public static ExternalMember? Find(string member) => member switch
    {
        "renderDocument" => static (evaluator, self, arguments) => Document(evaluator, arguments[0], OptionsOf(evaluator, Object(self))),
        "renderValue" => static (evaluator, self, arguments) => Standalone(evaluator, arguments[0], OptionsOf(evaluator, Object(self))),
        _ => null,
    };

    /// <summary>A whole document: the members of an object, without braces around them.</summary>
    /// <exception cref="EvaluationException">A member fails, or the value or one in it has no notation.</exception>
    public static string RenderDocument(Evaluator evaluator, Value value, PcfOptions options) => Document(evaluator, value, options).Value;

    /// <summary>A value by itself: an object has its braces, but not the <c>new</c> before them.</summary>
    /// <exception cref="EvaluationException">as for <see cref="RenderDocument"/></exception>
    public static string RenderValue(Evaluator evaluator, Value value, PcfOptions options) => Standalone(evaluator, value, options).Value;

    private static StringValue Document(Evaluator evaluator, Value value, PcfOptions options)
    {
        var renderer = new PcfRenderer(evaluator, options);
        var converted = options.Converters.Convert(evaluator, value, renderer._path);
        try
        {
            if (converted is not ObjectValue { Class.Kind: ClassKind.Typed or ClassKind.Dynamic } document)
            {
                throw evaluator.Fail(
                    $"The top-level value of a Pcf document must have type `Typed` or `Dynamic`, but got type `{evaluator.ClassOf(converted).DisplayName}`.",
                    converted);
            }
            renderer._document = document;
            renderer.Visit(document);
        }
        catch (EvaluationException e) when (!ReferenceEquals(converted, value) && e.Hint is null)
        {
            var (before, after) = (ValueText.Shown(evaluator, value), ValueText.Shown(evaluator, converted));
            throw e.WithHint($"This value was converted during rendering. Previous: {before}. After: {after}.");
        }
        if (renderer._text.Length > 0) renderer._text.Append('\n');
        return renderer.Result();
    }

    private static StringValue Standalone(Evaluator evaluator, Value value, PcfOptions options)
    {
        var renderer = new PcfRenderer(evaluator, options);
        renderer.Visit(options.Converters.Convert(evaluator, value, renderer._path));
        return renderer.Result();
    }

    private StringValue Result() => new(_text.ToString()) { FromEnvironment = _holdsEnvironment };

    private static PcfOptions OptionsOf(Evaluator evaluator, ObjectValue renderer) => new()
    {
        Indent = Text(evaluator.Read(renderer, "indent")),
        OmitNullProperties = ((BooleanValue)evaluator.Read(renderer, "omitNullProperties")).Value,
        UseCustomStringDelimiters = ((BooleanValue)evaluator.Read(renderer, "useCustomStringDelimiters")).Value,
        Converters = ValueConverters.Of(evaluator, Object(evaluator.Read(renderer, "converters"))),
    };

    private void Visit(Value value)
    {
        Value.GuardDepth();
        _holdsEnvironment |= value.FromEnvironment;
        if (_text.Length > _evaluator.Limits.TotalSize) throw _evaluator.Fail("The rendered text is too large.", "The limit is `TotalSize`.");
        switch (value)
        {
            case ObjectValue @object: VisitObject(@object); break;
            case StringValue text: StringText.AppendLiteral(_text, text.Value, _indent + _options.Indent, _options.UseCustomStringDelimiters); break;
            case ListValue list: VisitAll(list, "List(", list.Items); break;
            case SetValue set: VisitAll(set, "Set(", set.Items); break;
            case MapValue map: VisitMap(map); break;
            case PairValue pair:
                _text.Append("Pair(");
                VisitStandalone(pair.First);
                _text.Append(", ");
                VisitStandalone(pair.Second);
                _text.Append(')');
                break;
            case ClassValue or TypeAliasValue or FunctionValue: throw CannotRender(value);
            default: _text.Append(ValueText.Simple(value)); break;
        }
    }

    private void VisitObject(ObjectValue @object)
    {
        if (ReferenceEquals(@object.Class, _directive))
        {
            _text.Append(Text(_evaluator.Read(@object, "text")));
            return;
        }
        if (ReferenceEquals(@object.Class, _pcfDirective))
        {
            if (_evaluator.Read(@object, "before") is StringValue before) _text.Append(before.Value);
            Visit(_evaluator.Read(@object, "value"));
            if (_evaluator.Read(@object, "after") is StringValue after) _text.Append(after.Value);
            return;
        }
        try
        {
            VisitMembers(@object);
        }
        catch (EvaluationException e) when (ReferenceEquals(e.UndefinedReceiver, @object) && e.Hint is null)
        {
            throw e.WithHint(UndefinedHint(e.UndefinedProperty!));
        }
    }

    private void VisitMembers(ObjectValue @object)
    {
        _evaluator.ForceShallowly(@object);
        var isDocument = ReferenceEquals(@object, _document);
        var outer = _indent;
        if (!isDocument)
        {
            _indent += _options.Indent;
            _text.Append('{');
        }
        var (isEmpty, outerMember) = (true, _member);
        foreach (var (key, member, owner) in Evaluator.ShownMembers(@object))
        {
            _member = Evaluator.FrameOf(member, owner, "pkl.base#PcfRenderer.renderDocument");
            var value = _evaluator.TryRead(@object, key)!;
            isEmpty &= !(member.Kind switch
            {
                MemberKind.Property => VisitProperty(@object, (string)key, value),
                MemberKind.Element => VisitElement(@object, (Value)key, value),
                _ => VisitEntry(@object, (Value)key, value),
            });
            _member = outerMember;
        }
        if (isDocument) return;
        _indent = outer;
        if (!isEmpty) _text.Append('\n').Append(_indent);
        _text.Append('}');
    }

    private bool VisitProperty(ObjectValue owner, string name, Value value)
    {
        _path.Add(name);
        var converted = Convert(value);
        if (converted is NullValue && _options.OmitNullProperties)
        {
            _path.RemoveAt(_path.Count - 1);
            return false;
        }
        if (_text.Length > 0) _text.Append('\n').Append(_indent);
        _text.Append(StringText.Identifier(name)).Append(converted is ObjectValue ? " " : " = ");
        VisitOrMask(owner, name, converted);
        _path.RemoveAt(_path.Count - 1);
        return true;
    }

    private bool VisitElement(ObjectValue owner, Value index, Value value)
    {
        _path.Add(index);
        var converted = Convert(value);
        _text.Append('\n').Append(_indent);
        if (converted is StringValue text && _options.Mask?.Invoke(owner, null, converted) is null)
            StringText.AppendLiteral(_text, text.Value, _indent, _options.UseCustomStringDelimiters);
        else
            VisitStandalone(converted, owner);
        _path.RemoveAt(_path.Count - 1);
        return true;
    }

    private bool VisitEntry(ObjectValue owner, Value key, Value value)
    {
        var convertedKey = _options.Converters.Convert(_evaluator, key, []);
        _path.Add(convertedKey);
        var converted = Convert(value);
        _text.Append('\n').Append(_indent).Append('[');
        VisitStandalone(convertedKey);
        _text.Append(']').Append(converted is ObjectValue ? " " : " = ");
        VisitOrMask(owner, null, converted);
        _path.RemoveAt(_path.Count - 1);
        return true;
    }

    private void VisitAll(Value collection, string opening, IReadOnlyList<Value> items)
    {
        _text.Append(opening);
        for (var i = 0; i < items.Count; i++)
        {
            _path.Add(Of((long)i));
            var converted = Convert(items[i]);
            if (i > 0) _text.Append(", ");
            VisitStandalone(converted);
            _path.RemoveAt(_path.Count - 1);
        }
        _text.Append(')');
    }

    private void VisitMap(MapValue map)
    {
        _text.Append("Map(");
        var isFirst = true;
        foreach (var (key, value) in map.Entries)
        {
            var convertedKey = _options.Converters.Convert(_evaluator, key, []);
            _path.Add(convertedKey);
            var converted = Convert(value);
            if (!isFirst) _text.Append(", ");
            isFirst = false;
            VisitStandalone(convertedKey);
            _text.Append(", ");
            VisitStandalone(converted);
            _path.RemoveAt(_path.Count - 1);
        }
        _text.Append(')');
    }

    // Where no name or key stands before an object, `new` does.
    private void VisitStandalone(Value value, ObjectValue? owner = null)
    {
        if (_options.Mask?.Invoke(owner, null, value) is { } masked)
        {
            _text.Append(masked);
            return;
        }
        if (value is ObjectValue @object && !ReferenceEquals(@object.Class, _directive)) _text.Append("new ");
        Visit(value);
    }

    private void VisitOrMask(ObjectValue owner, string? property, Value value)
    {
        if (_options.Mask?.Invoke(owner, property, value) is { } masked) _text.Append(masked);
        else Visit(value);
    }

    private Value Convert(Value value) => _options.Converters.Convert(_evaluator, value, _path);

    private EvaluationException CannotRender(Value value)
    {
        var frames = _evaluator.CaptureFrames();
        return new EvaluationException(
            $"Cannot render value of type `{_evaluator.ClassOf(value).DisplayName}` as Pcf.",
            _member is { } member ? frames.Insert(0, member) : frames,
            "Consider adding a converter to `output.converters`.")
        {
            Values = [new ShownValue("Value", ValueText.Shown(_evaluator, value))],
        };
    }

    // The path is where rendering stopped: nothing removes a part of it when an error passes.
    private string UndefinedHint(string property)
    {
        var path = new StringBuilder();
        foreach (var part in _path.Append(property))
        {
            if (part is string name) path.Append(path.Length > 0 && path[^1] != '.' ? "." : "").Append(StringText.Identifier(name));
            else if (part is Value key) path.Append('[').Append(ValueText.Of(_evaluator, key).Value).Append(']');
        }
        var module = _document is { } document && Evaluator.ModuleOf(document) is var source && ReferenceEquals(source.Self, document)
            ? $" of module `{source.Source.Uri}`"
            : "";
        return $"The above error occurred when rendering path `{path}`{module}.";
    }
}
