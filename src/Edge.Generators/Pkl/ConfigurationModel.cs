namespace Edge.Generators.Pkl;

// What the schema says, in values that compare: the pipeline stops here when an edit changes nothing that is generated.

/// <summary>The schema: its module (the first class) and classes in source order, enumerations and notations.</summary>
internal sealed record ConfigurationModel(
    string Source,
    EquatableArray<ClassModel> Classes,
    EquatableArray<EnumerationModel> Enumerations,
    EquatableArray<NotationModel> Notations)
{
    public ClassModel Module => Classes[0];

    public ClassModel ClassNamed(string name) => Classes.First(c => c.Name == name);

    public IEnumerable<ClassModel> SubclassesOf(string name) => Classes.Where(c => c.Superclass == name);
}

/// <summary>A class, or the module as one. <see cref="Refusal"/> is set where using the class is an error.</summary>
internal sealed record ClassModel(
    string Name,
    string Doc,
    bool IsAbstract,
    string? Superclass,
    EquatableArray<PropertyModel> Properties,
    EquatableArray<RuleModel> Rules,
    string? ShorthandProperty,
    RefusalModel? Refusal);

internal sealed record RefusalModel(string Text, string Advice);

internal enum RuleKind
{
    Exclusive,
    Together,
    AnyOf,
}

/// <summary>A rule among a class's properties, with what to do where it is broken.</summary>
internal sealed record RuleModel(RuleKind Kind, EquatableArray<string> Properties, string Advice);

/// <summary>
/// <see cref="Default"/> is the C# expression of the default, null where a value has to be given or C#'s own default is meant;
/// <see cref="DefaultText"/> is what the reference shows.
/// </summary>
internal sealed record PropertyModel(
    string Name,
    string Doc,
    TypeModel Type,
    string TypeText,
    bool IsRequired,
    string? Default,
    string DefaultText,
    string DefaultJson,
    bool IsSecret,
    string? Advice)
{
    public string ClrName => ClrNames.Pascal(Name);
}

internal enum TypeKind
{
    Boolean,
    Int,
    Text,
    Duration,
    DataSize,
    Enumeration,
    Object,
    Listing,
    Mapping,
}

/// <summary>
/// A property's type. <see cref="Name"/> is the class's, the enumeration's or the string format's. <see cref="Element"/> is a
/// listing's element or a mapping's value. <see cref="Shorthand"/> is set where a plain value may stand for an object,
/// <see cref="AcceptsSingle"/> where a single element may stand for a listing of one.
/// </summary>
internal sealed record TypeModel(
    TypeKind Kind,
    string? Name = null,
    bool IsNullable = false,
    long? Minimum = null,
    long? Maximum = null,
    TypeModel? Key = null,
    TypeModel? Element = null,
    ShorthandModel? Shorthand = null,
    bool AcceptsSingle = false);

/// <summary>
/// A plain value of type <see cref="Type"/> stands for a <see cref="Class"/> with that <see cref="Property"/>.
/// <see cref="ObjectIsDefault"/> where the union's default is the object.
/// </summary>
internal sealed record ShorthandModel(string Class, string Property, TypeModel Type, bool ObjectIsDefault);

/// <summary>A type alias of string literals.</summary>
internal sealed record EnumerationModel(string Name, string Doc, EquatableArray<string> Literals);

/// <summary>A type alias of anything else: a string with a format, a number with bounds.</summary>
internal sealed record NotationModel(string Name, string Doc, string TypeText);

/// <summary>What the generator cannot compile, at its line of the schema. Lines and columns count from 0.</summary>
internal sealed record SchemaProblem(int StartLine, int StartColumn, int EndLine, int EndColumn, string Message);

/// <summary>Either the model or the problems.</summary>
internal sealed record ConfigurationSchema(string Path, ConfigurationModel? Model, EquatableArray<SchemaProblem> Problems);
