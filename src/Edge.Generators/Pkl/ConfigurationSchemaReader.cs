using System.Text;
using Edge.Config.Syntax;

namespace Edge.Generators.Pkl;

/// <summary>
/// Reads the schema's syntax tree into a <see cref="ConfigurationModel"/>. The schema is standard Pkl, but not all of Pkl: what
/// cannot be compiled into records is reported at its place.
/// </summary>
internal sealed class ConfigurationSchemaReader
{
    private readonly SourceText _source;
    private readonly List<SchemaProblem> _problems = [];
    private readonly Dictionary<string, ClassSyntax> _classes = [];
    private readonly Dictionary<string, TypeAliasSyntax> _aliases = [];
    private readonly ConfigurationTypes _types;
    private readonly ConfigurationDefaults _defaults;

    private ConfigurationSchemaReader(SourceText source)
    {
        _source = source;
        _types = new ConfigurationTypes(_classes, _aliases, Report);
        _defaults = new ConfigurationDefaults(_classes, _types, Report, TextOf);
    }

    /// <param name="source">The schema's text.</param>
    /// <param name="module">Its tree.</param>
    public static ConfigurationSchema Read(SourceText source, ModuleSyntax module)
    {
        var reader = new ConfigurationSchemaReader(source);
        var model = reader.ReadModule(module);
        return new ConfigurationSchema(
            source.DisplayName, reader._problems.Count == 0 ? model : null, reader._problems.ToEquatableArray());
    }

    /// <summary>The problem that a span and a message make, in lines and columns of the source.</summary>
    public static SchemaProblem ProblemAt(SourceText source, SourceSpan span, string message)
    {
        var (startLine, startColumn) = PositionOf(source, span.Start);
        var (endLine, endColumn) = PositionOf(source, span.End);
        return new SchemaProblem(startLine, startColumn, endLine, endColumn, message);
    }

    private static (int Line, int Column) PositionOf(SourceText source, int offset)
    {
        var line = source.LineOf(offset);
        var start = source.LineStart(line);
        return (line, Encoding.UTF8.GetCharCount(source.Utf8.Slice(start, offset - start).ToArray()));
    }

    private ConfigurationModel ReadModule(ModuleSyntax module)
    {
        foreach (var import in module.Imports)
            Report(import.Span, "the schema is one file: imports are not supported");
        foreach (var member in module.Members)
        {
            switch (member)
            {
                case ClassSyntax @class:
                    _classes[@class.Name.Text] = @class;
                    break;
                case TypeAliasSyntax alias:
                    _aliases[alias.Name.Text] = alias;
                    break;
                case MethodSyntax method:
                    Report(method.Header, "functions are not supported in the schema");
                    break;
            }
        }

        var parts = module.Declaration?.Name?.Parts ?? [];
        var name = parts.IsEmpty ? "Module" : parts[parts.Length - 1].Text;
        var classes = new List<ClassModel>
        {
            new(name, DocOf(module.Declaration?.Doc), false, null,
                ReadProperties(module.Members.OfType<PropertySyntax>()), default, null, null),
        };
        classes.AddRange(_classes.Values.Where(c => !IsAnnotation(c)).Select(ReadClass));
        var enumerations = _aliases.Values.Where(ConfigurationTypes.IsEnumeration).Select(ReadEnumeration);
        var notations = _aliases.Values
            .Where(a => !ConfigurationTypes.IsEnumeration(a))
            .Select(a => new NotationModel(a.Name.Text, DocOf(a.Doc), TextOf(a.Type.Span)));
        return new ConfigurationModel(
            _source.DisplayName, classes.ToEquatableArray(), enumerations.ToEquatableArray(), notations.ToEquatableArray());
    }

    private static bool IsAnnotation(ClassSyntax @class) =>
        @class.Superclass is DeclaredType { Name.Text: "Annotation" };

    private EnumerationModel ReadEnumeration(TypeAliasSyntax alias) =>
        new(alias.Name.Text, DocOf(alias.Doc),
            ((UnionType)alias.Type).Alternatives.Cast<StringLiteralType>().Select(l => l.Value).ToEquatableArray());

    private ClassModel ReadClass(ClassSyntax @class)
    {
        if (!@class.TypeParameters.IsEmpty)
            Report(@class.Header, "generic classes are not supported in the schema");
        if ((@class.Modifiers & ~Modifiers.Abstract) != 0)
            Report(@class.Header, "of the modifiers, only `abstract` is supported on the schema's classes");
        var superclass = (@class.Superclass as DeclaredType)?.Name.Text;
        if (superclass is not null && !(_classes.TryGetValue(superclass, out var parent)
            && parent.Modifiers.HasFlag(Modifiers.Abstract) && parent.Members.IsEmpty))
            Report(@class.Superclass!.Span, "the schema's classes extend abstract classes without members only");
        foreach (var member in @class.Members.Where(m => m is not PropertySyntax))
            Report(member.Header, "methods are not supported in the schema");

        var rules = new List<RuleModel>();
        string? shorthand = null;
        RefusalModel? refusal = null;
        foreach (var annotation in @class.Annotations)
        {
            var values = new AnnotationValues(annotation, Report);
            switch (values.Name)
            {
                case "Exclusive" or "Together" or "AnyOf":
                    var kind = (RuleKind)Enum.Parse(typeof(RuleKind), values.Name);
                    rules.Add(new RuleModel(kind, values.List("properties").ToEquatableArray(), values.Text("text")));
                    CheckNames(@class, annotation, values.List("properties"));
                    break;
                case "Shorthand":
                    shorthand = values.Text("property");
                    CheckNames(@class, annotation, [shorthand]);
                    break;
                case "Refused":
                    refusal = new RefusalModel(values.Text("text"), values.Text("advice"));
                    break;
                default:
                    Report(annotation.Span, $"`@{values.Name}` means nothing on a class of the schema");
                    break;
            }
        }

        return new ClassModel(
            @class.Name.Text, DocOf(@class.Doc), @class.Modifiers.HasFlag(Modifiers.Abstract), superclass,
            ReadProperties(@class.Members.OfType<PropertySyntax>()), rules.ToEquatableArray(), shorthand, refusal);
    }

    private void CheckNames(ClassSyntax @class, Annotation annotation, IEnumerable<string> names)
    {
        foreach (var name in names.Where(n => !@class.Members.Any(m => m is PropertySyntax && m.Name.Text == n)))
            Report(annotation.Span, $"`{@class.Name.Text}` has no property `{name}`");
    }

    private EquatableArray<PropertyModel> ReadProperties(IEnumerable<PropertySyntax> properties) =>
        properties.Select(ReadProperty).OfType<PropertyModel>().ToEquatableArray();

    private PropertyModel? ReadProperty(PropertySyntax property)
    {
        if (property.Modifiers != Modifiers.None || !property.Bodies.IsDefaultOrEmpty || property.Type is null)
        {
            Report(property.Header, "the schema's properties have a type, no modifiers, and at most a default: `name: Type = value`");
            return null;
        }
        if (property.Doc is null)
            Report(property.Name.Span, $"`{property.Name.Text}` has no doc comment: users read it in the reference");

        var isSecret = false;
        string? advice = null;
        foreach (var annotation in property.Annotations)
        {
            var values = new AnnotationValues(annotation, Report);
            if (values.Name == "Secret") isSecret = true;
            else if (values.Name == "Advice") advice = values.Text("text");
            else Report(annotation.Span, $"`@{values.Name}` means nothing on a property of the schema");
        }

        if (_types.Read(property.Type) is not { } type)
            return null;
        if (isSecret && (type.Kind == TypeKind.Mapping ? type.Element! : type).Kind != TypeKind.Text)
            Report(property.Header, "a secret is a String, or a mapping to String");
        var @default = _defaults.Read(property, type);
        return new PropertyModel(
            property.Name.Text, DocOf(property.Doc), type, TextOf(property.Type.Span), @default.IsRequired,
            @default.Clr, @default.Text, @default.Json, isSecret, advice);
    }

    private string DocOf(DocComment? doc) => doc?.TextIn(_source) ?? "";

    private void Report(SourceSpan span, string message) => _problems.Add(ProblemAt(_source, span, message));

    private string TextOf(SourceSpan span) =>
        string.Join(" ", Encoding.UTF8.GetString(_source.Utf8.Slice(span.Start, span.Length).ToArray())
            .Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>An annotation's constant strings and lists of constant strings.</summary>
internal sealed class AnnotationValues(Annotation annotation, Action<SourceSpan, string> report)
{
    public string Name { get; } = (annotation.Type as DeclaredType)?.Name.Text ?? "";

    public string Text(string property)
    {
        if (Find(property) is StringLiteral { IsConstant: true } text)
            return text.ConstantText;
        report(annotation.Span, $"`@{Name}` needs `{property}` as a constant string");
        return "";
    }

    public IReadOnlyList<string> List(string property)
    {
        if (Find(property) is UnqualifiedAccess { Name.Text: "List", IsCall: true } list
            && list.Arguments.All(a => a is StringLiteral { IsConstant: true }))
            return [.. list.Arguments.Select(a => ((StringLiteral)a).ConstantText)];
        report(annotation.Span, $"`@{Name}` needs `{property}` as a `List(...)` of constant strings");
        return [];
    }

    private Expression? Find(string property) =>
        (annotation.Body?.Members ?? []).OfType<ObjectProperty>().FirstOrDefault(p => p.Name.Text == property)?.Value;
}
