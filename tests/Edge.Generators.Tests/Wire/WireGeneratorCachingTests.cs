using Edge.Generators.Wire;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Tests.Wire;

public sealed class WireGeneratorCachingTests
{
    private const string Two = """
        namespace N;
        using Edge.Foundation.Wire;
        [WireMessage(2)] internal readonly ref partial struct Inner { public partial ushort Port { get; } }
        [WireMessage(3)] internal readonly ref partial struct Outer { public partial byte Kind { get; } public partial Inner Where { get; } }
        [WireMessage(1)] internal readonly ref partial struct Apart { public partial byte Value { get; } }
        """;

    [Test]
    public async Task A_new_file_without_declarations_regenerates_nothing()
    {
        var after = Reasons(Two, compilation => compilation.AddSyntaxTrees(WireRun.Tree("class Unrelated { int x; }", "unrelated.cs")));
        await Assert.That(after).IsEqualTo("declarations: Unchanged Unchanged Unchanged; messages: Cached Cached Cached; outputs: Cached Cached Cached");
    }

    [Test]
    public async Task An_edit_of_another_file_regenerates_nothing()
    {
        var after = Reasons(Two, compilation => Edit(compilation, "UInt24.cs", text => text.Replace("value >> 8", "value  >>  8", StringComparison.Ordinal)));
        await Assert.That(after).IsEqualTo("declarations: Unchanged Unchanged Unchanged; messages: Cached Cached Cached; outputs: Cached Cached Cached");
    }

    [Test]
    public async Task A_comment_above_declarations_moves_them_and_regenerates_nothing()
    {
        var after = Reasons(Two, compilation => Edit(compilation, "input.cs", text => "// New.\n\n" + text));
        await Assert.That(after).IsEqualTo("declarations: Unchanged Unchanged Unchanged; messages: Cached Cached Cached; outputs: Cached Cached Cached");
    }

    [Test]
    public async Task A_field_that_changes_regenerates_its_message_and_those_that_nest_it()
    {
        var after = Reasons(Two, compilation => Edit(compilation, "input.cs", text => text.Replace("Port", "Door", StringComparison.Ordinal)));
        await Assert.That(after).IsEqualTo("declarations: Modified Modified Unchanged; messages: Modified Modified Cached; outputs: Modified Modified Cached");
    }

    [Test]
    public async Task A_fault_elsewhere_does_not_disturb_the_others()
    {
        var after = Reasons(Two, compilation => Edit(compilation, "input.cs", text => text.Replace("[WireMessage(1)]", "[WireMessage(9)]", StringComparison.Ordinal)));
        await Assert.That(after).IsEqualTo("declarations: Unchanged Unchanged Modified; messages: Cached Cached Removed; outputs: Cached Cached Removed");
    }

    [Test]
    public async Task Models_hold_no_symbols_nodes_or_locations()
    {
        var run = WireRun.Driver().RunGenerators(WireRun.Compile(Two)).GetRunResult().Results.Single();
        var held = run.TrackedSteps[WireGenerator.Declarations].SelectMany(s => s.Outputs)
            .SelectMany(o => Reachable(o.Value, []))
            .Where(o => o is ISymbol or SyntaxNode or SyntaxTree or Location or Compilation or SemanticModel);
        await Assert.That(held).IsEmpty();
    }

    private static string Reasons(string source, Func<CSharpCompilation, CSharpCompilation> edit)
    {
        var before = WireRun.Compile(source);
        var driver = WireRun.Driver().RunGenerators(before).RunGenerators(edit(before));
        var result = driver.GetRunResult().Results.Single();
        var outputs = result.TrackedOutputSteps.Values.SelectMany(s => s).Where(s => s.Inputs.Any(i => i.Source.Name != WireGenerator.Faults));
        return $"declarations: {Of(result.TrackedSteps[WireGenerator.Declarations])}; messages: {Of(result.TrackedSteps[WireGenerator.Messages])}; outputs: {Of(outputs)}";

        static string Of(IEnumerable<IncrementalGeneratorRunStep> steps) => string.Join(' ', steps.SelectMany(s => s.Outputs).Select(o => o.Reason));
    }

    private static CSharpCompilation Edit(CSharpCompilation compilation, string file, Func<string, string> change)
    {
        var tree = compilation.SyntaxTrees.Single(t => Path.GetFileName(t.FilePath) == file);
        var text = change(tree.ToString());
        return compilation.ReplaceSyntaxTree(tree, WireRun.Tree(text, tree.FilePath));
    }

    /// <summary>The object and all that its fields lead to, strings and primitives left out.</summary>
    private static HashSet<object> Reachable(object? value, HashSet<object> found)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !found.Add(value))
            return found;
        if (value is Array items)
        {
            foreach (var item in items)
                Reachable(item, found);
        }
        else
        {
            const System.Reflection.BindingFlags all = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
            foreach (var field in value.GetType().GetFields(all))
                Reachable(field.GetValue(value), found);
        }
        return found;
    }
}
