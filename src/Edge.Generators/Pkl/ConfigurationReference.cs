using System.Text;

namespace Edge.Generators.Pkl;

/// <summary>The reference documentation, <c>docs/configuration.md</c>: all that the schema's doc comments say, and nothing else.</summary>
internal static class ConfigurationReference
{
    public static string Render(ConfigurationModel model)
    {
        var page = new StringBuilder();
        Line(page, "<!-- Generated from schema/EdgeServer.pkl by scripts/docs: edit the doc comments there. -->");
        Line(page, "# Configuration");
        Line(page);
        Line(page, model.Module.Doc.Trim());
        Line(page);
        Line(page, "## Top level");
        Line(page);
        PropertyTable(page, model, model.Module);
        foreach (var @class in model.Classes.Skip(1))
            Class(page, model, @class);
        Line(page);
        Line(page, "## Choices");
        Line(page);
        Line(page, "| type | values | meaning |");
        Line(page, "|---|---|---|");
        foreach (var choice in model.Enumerations)
        {
            var values = string.Join(", ", choice.Literals.Select(l => $"`\"{l}\"`"));
            Line(page, $"| <a id=\"{Anchor(choice.Name)}\"></a>`{choice.Name}` | {values} | {Cell(choice.Doc)} |");
        }
        Line(page);
        Line(page, "## Notations");
        Line(page);
        Line(page, "Strings and numbers whose form is checked.");
        Line(page);
        Line(page, "| type | is a | form |");
        Line(page, "|---|---|---|");
        foreach (var notation in model.Notations)
            Line(page, $"| <a id=\"{Anchor(notation.Name)}\"></a>`{notation.Name}` | {Code(notation.TypeText)} | {Cell(notation.Doc)} |");
        return page.ToString();
    }

    private static void Class(StringBuilder page, ConfigurationModel model, ClassModel @class)
    {
        Line(page);
        Line(page, $"{(@class.Superclass is null ? "##" : "###")} {@class.Name}");
        Line(page);
        Line(page, @class.Doc.Trim());
        Line(page);
        if (@class.Superclass is not null)
            Line(page, $"Is a [`{@class.Superclass}`](#{Anchor(@class.Superclass)}).");
        if (@class.IsAbstract)
            Line(page, $"One of {string.Join(", ", model.SubclassesOf(@class.Name).Select(Link))}.");
        if (@class.ShorthandProperty is not null)
            Line(page, $"A plain value in its place is its `{@class.ShorthandProperty}`.");
        if (@class.Refusal is { } refusal)
        {
            Line(page, $"Refused: {refusal.Advice}.");
            return;
        }
        foreach (var rule in @class.Rules)
            Line(page, RuleText(rule));
        if (@class.Properties.Count == 0)
            return;
        if (@class.Superclass is not null || @class.ShorthandProperty is not null || @class.Rules.Count > 0)
            Line(page);
        PropertyTable(page, model, @class);
    }

    private static void PropertyTable(StringBuilder page, ConfigurationModel model, ClassModel @class)
    {
        Line(page, "| property | type | default | meaning |");
        Line(page, "|---|---|---|---|");
        foreach (var property in @class.Properties)
        {
            var fallback = property.IsRequired ? "required" : Code(property.DefaultText);
            var secret = property.IsSecret ? " Secret: never printed." : "";
            Line(page, $"| `{property.Name}` | {TypeCell(model, property)} | {fallback} | {Cell(property.Doc)}{secret} |");
        }
    }

    // The type as the schema has it, and where to read on.
    private static string TypeCell(ConfigurationModel model, PropertyModel property)
    {
        var names = model.Classes.Skip(1).Select(c => c.Name)
            .Concat(model.Enumerations.Select(e => e.Name)).Concat(model.Notations.Select(n => n.Name));
        var links = names.Where(name => Mentions(property.TypeText, name)).Select(name => $"[{name}](#{Anchor(name)})").ToList();
        return links.Count == 0 ? Code(property.TypeText) : $"{Code(property.TypeText)}<br>{string.Join(", ", links)}";
    }

    private static bool Mentions(string type, string name)
    {
        for (var at = type.IndexOf(name, StringComparison.Ordinal); at >= 0; at = type.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(type[at - 1])) && (end == type.Length || !char.IsLetterOrDigit(type[end])))
                return true;
        }
        return false;
    }

    private static string RuleText(RuleModel rule)
    {
        var names = string.Join(", ", rule.Properties.Select(p => $"`{p}`"));
        return rule.Kind switch
        {
            RuleKind.Exclusive => $"At most one of {names}.",
            RuleKind.Together => $"All of {names}, or none.",
            _ => $"At least one of {names}.",
        };
    }

    private static string Link(ClassModel @class) => $"[`{@class.Name}`](#{Anchor(@class.Name)})";

    private static string Anchor(string heading) => heading.ToLowerInvariant();

    // Text with a backtick stands between two.
    private static string Code(string text)
    {
        var quote = text.Contains('`') ? "``" : "`";
        return quote + text.Replace("|", "\\|") + quote;
    }

    private static string Cell(string doc) =>
        string.Join(" ", doc.Split(['\n'], StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim())).Replace("|", "\\|").Trim();

    private static void Line(StringBuilder page, string text = "") => page.Append(text.Replace("\r", "")).Append('\n');
}
