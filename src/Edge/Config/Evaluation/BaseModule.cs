using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>The classes of <c>pkl:base</c> that the evaluator knows by name. Each is made when it is first asked for.</summary>
internal sealed class BaseModule(ModuleInstance module)
{
    private readonly ClassValue?[] _functions = new ClassValue?[6];

    public ModuleInstance Module { get; } = module;

    public ClassValue Any => field ??= Find("Any");

    public ClassValue Null => field ??= Find("Null");

    public ClassValue Boolean => field ??= Find("Boolean");

    public ClassValue Number => field ??= Find("Number");

    public ClassValue Int => field ??= Find("Int");

    public ClassValue Float => field ??= Find("Float");

    public ClassValue String => field ??= Find("String");

    public ClassValue Duration => field ??= Find("Duration");

    public ClassValue DataSize => field ??= Find("DataSize");

    public ClassValue Bytes => field ??= Find("Bytes");

    public ClassValue Pair => field ??= Find("Pair");

    public ClassValue Collection => field ??= Find("Collection");

    public ClassValue List => field ??= Find("List");

    public ClassValue Set => field ??= Find("Set");

    public ClassValue Map => field ??= Find("Map");

    public ClassValue IntSeq => field ??= Find("IntSeq");

    public ClassValue Object => field ??= Find("Object");

    public ClassValue Typed => field ??= Find("Typed");

    public ClassValue Dynamic => field ??= Find("Dynamic");

    public ClassValue Listing => field ??= Find("Listing");

    public ClassValue Mapping => field ??= Find("Mapping");

    public ClassValue ModuleClass => field ??= Find("Module");

    public ClassValue Class => field ??= Find("Class");

    public ClassValue TypeAlias => field ??= Find("TypeAlias");

    public ClassValue Annotation => field ??= Find("Annotation");

    public ClassValue Function => field ??= Find("Function");

    /// <summary><c>Function0</c> to <c>Function5</c>.</summary>
    public ClassValue FunctionOf(int parameters) =>
        parameters < _functions.Length ? _functions[parameters] ??= Find("Function" + (char)('0' + parameters)) : Function;

    /// <summary>A class of <c>pkl:base</c> by its simple name.</summary>
    public ClassValue Find(string name) => (ClassValue)Module.FindType(Names.Intern(name))!;
}
