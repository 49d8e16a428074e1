using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Layers;

/// <summary>
/// Holds every source file against layers.txt, which the project hands over as an additional file: each bound identifier, and
/// what is used without being named (var, operators, conversions, constructors, enumerators). Generated code is checked as
/// hand-written code is; cref documentation is no use.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LayerAnalyzer : DiagnosticAnalyzer
{
    internal const string FileName = "layers.txt";

    private const string Category = "Layers";

    internal static readonly DiagnosticDescriptor MissingRules = Rule(
        "EDGEL001", "The layer rules are missing", "{0}. Hand exactly one layers.txt to the compilation: <AdditionalFiles Include=\".../layers.txt\" />", WellKnownDiagnosticTags.CompilationEnd);

    internal static readonly DiagnosticDescriptor FaultyRules = Rule(
        "EDGEL002", "The layer rules are faulty", "{0}", WellKnownDiagnosticTags.CompilationEnd);

    internal static readonly DiagnosticDescriptor UnlistedNamespace = Rule(
        "EDGEL003", "A namespace is in no room", "{0} is in no room. Move it into a room, or list the room, its layer and what it uses in layers.txt");

    internal static readonly DiagnosticDescriptor ForbiddenRoom = Rule(
        "EDGEL004", "A room uses a room that it may not", "Room {0} may not use {1} of room {2}: {3}");

    internal static readonly DiagnosticDescriptor BannedApi = Rule(
        "EDGEL005", "A room uses an API that it may not", "Room {0} may not use {1} (ban {2}, layers.txt line {3}): {4}");

    internal static readonly DiagnosticDescriptor MisplacedFile = Rule(
        "EDGEL006", "A file lies in another room's folder", "Namespace {0} belongs to room {1}, but the file lies in the folder of {2}. Move the file, or rename its namespace");

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [MissingRules, FaultyRules, UnlistedNamespace, ForbiddenRoom, BannedApi, MisplacedFile];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        var files = context.Options.AdditionalFiles
            .Where(file => Path.GetFileName(file.Path) == FileName)
            .ToImmutableArray();
        if (files.Length != 1)
        {
            var what = files.Length == 0 ? "No layers.txt is given, so no layer rule is checked" : "Two files are named layers.txt";
            context.RegisterCompilationEndAction(end => end.ReportDiagnostic(Diagnostic.Create(MissingRules, Location.None, what)));
            return;
        }

        var file = files[0];
        var text = file.GetText(context.CancellationToken) ?? SourceText.From("");
        var rules = LayerRulesParser.Parse(text);
        if (rules.Faults.Count > 0)
        {
            context.RegisterCompilationEndAction(end => ReportFaults(end, file.Path, text, rules));
            return;
        }

        var reach = new SymbolReach(rules);
        var folders = Folders.Of(context.Options.AnalyzerConfigOptionsProvider.GlobalOptions);
        context.RegisterSemanticModelAction(model => new LayerWalk(model, rules, reach, folders).Run());
    }

    private static void ReportFaults(CompilationAnalysisContext context, string path, SourceText text, LayerRules rules)
    {
        foreach (var fault in rules.Faults)
        {
            var span = text.Lines[Math.Min(fault.Line, text.Lines.Count - 1)].Span;
            var location = Location.Create(path, span, text.Lines.GetLinePositionSpan(span));
            context.ReportDiagnostic(Diagnostic.Create(FaultyRules, location, fault.Message));
        }
    }

    private static DiagnosticDescriptor Rule(string id, string title, string message, params string[] tags) => new(
        id,
        title,
        message,
        Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        customTags: [WellKnownDiagnosticTags.NotConfigurable, .. tags]);
}
