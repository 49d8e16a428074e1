using System.Globalization;

namespace Edge.Generators.Pkl;

/// <summary>The configuration's shape as JSON Schema 2020-12, for tools that do not read Pkl.</summary>
internal static class ConfigurationJsonSchema
{
    public static string Render(ConfigurationModel model)
    {
        var json = new JsonText();
        json.Open();
        json.Field("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.Field("title", "Edge configuration");
        ClassBody(json, model.Module);
        json.Name("$defs");
        json.Open();
        foreach (var @class in model.Classes.Skip(1).Where(c => c.Refusal is null))
        {
            json.Name(@class.Name);
            json.Open();
            if (@class.IsAbstract)
                Choice(json, model, @class);
            else
                ClassBody(json, @class);
            json.Close();
        }
        foreach (var enumeration in model.Enumerations)
        {
            json.Name(enumeration.Name);
            json.Open();
            json.Field("description", Plain(enumeration.Doc));
            json.Name("enum");
            json.Strings(enumeration.Literals);
            json.Close();
        }
        json.Close();
        json.Close();
        return json.ToString();
    }

    private static void Choice(JsonText json, ConfigurationModel model, ClassModel @class)
    {
        json.Field("description", Plain(@class.Doc));
        json.Name("anyOf");
        json.Open('[');
        foreach (var choice in model.SubclassesOf(@class.Name).Where(c => c.Refusal is null))
            json.Reference(choice.Name);
        json.Close(']');
    }

    private static void ClassBody(JsonText json, ClassModel @class)
    {
        json.Field("description", Plain(@class.Doc));
        json.Field("type", "object");
        json.Name("properties");
        json.Open();
        foreach (var property in @class.Properties)
        {
            json.Name(property.Name);
            json.Open();
            json.Field("description", Plain(property.Doc));
            if (!property.IsRequired)
            {
                json.Name("default");
                json.Raw(property.DefaultJson);
            }
            if (property.IsSecret)
            {
                json.Name("writeOnly");
                json.Raw("true");
            }
            TypeBody(json, property.Type);
            json.Close();
        }
        json.Close();
        var required = @class.Properties.Where(p => p.IsRequired).Select(p => p.Name).ToList();
        if (required.Count > 0)
        {
            json.Name("required");
            json.Strings(required);
        }
        Rules(json, @class);
        json.Name("additionalProperties");
        json.Raw("false");
    }

    private static void Rules(JsonText json, ClassModel @class)
    {
        if (@class.Rules.Count == 0) return;
        json.Name("allOf");
        json.Open('[');
        foreach (var rule in @class.Rules)
        {
            json.Open();
            switch (rule.Kind)
            {
                case RuleKind.AnyOf:
                    json.Name("anyOf");
                    json.Open('[');
                    foreach (var property in rule.Properties) Present(json, property);
                    json.Close(']');
                    break;
                case RuleKind.Together:
                    json.Name("dependentRequired");
                    json.Open();
                    foreach (var property in rule.Properties)
                    {
                        json.Name(property);
                        json.Strings(rule.Properties.Where(p => p != property));
                    }
                    json.Close();
                    break;
                default:
                    json.Name("not");
                    json.Open();
                    json.Name("anyOf");
                    json.Open('[');
                    for (var i = 0; i < rule.Properties.Count; i++)
                        for (var j = i + 1; j < rule.Properties.Count; j++)
                            Present(json, rule.Properties[i], rule.Properties[j]);
                    json.Close(']');
                    json.Close();
                    break;
            }
            json.Close();
        }
        json.Close(']');
    }

    // Present and not null: properties that are not set may be written as null.
    private static void Present(JsonText json, params string[] properties)
    {
        json.Open();
        json.Name("properties");
        json.Open();
        foreach (var property in properties)
        {
            json.Name(property);
            json.Raw("{ \"not\": { \"type\": \"null\" } }");
        }
        json.Close();
        json.Name("required");
        json.Strings(properties);
        json.Close();
    }

    private static void TypeBody(JsonText json, TypeModel type)
    {
        if (type.IsNullable || type.Shorthand is not null || type.AcceptsSingle)
        {
            json.Name("anyOf");
            json.Open('[');
            Alternative(json, type with { IsNullable = false, Shorthand = null, AcceptsSingle = false });
            if (type.Shorthand is not null) Alternative(json, type.Shorthand.Type);
            if (type.AcceptsSingle) Alternative(json, type.Element!);
            if (type.IsNullable) json.Raw("{ \"type\": \"null\" }");
            json.Close(']');
            return;
        }
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                json.Field("type", "boolean");
                break;
            case TypeKind.Int:
                json.Field("type", "integer");
                Number(json, "minimum", type.Minimum);
                Number(json, "maximum", type.Maximum);
                break;
            case TypeKind.Text:
                json.Field("type", "string");
                break;
            case TypeKind.Duration:
                json.Field("type", "string");
                json.Field("pattern", @"^\d+(\.\d+)?\.(ns|us|ms|s|min|h|d)$");
                break;
            case TypeKind.DataSize:
                json.Field("type", "string");
                json.Field("pattern", @"^\d+(\.\d+)?\.(b|[kmgtp]i?b)$");
                break;
            case TypeKind.Enumeration or TypeKind.Object:
                json.Field("$ref", "#/$defs/" + type.Name);
                break;
            case TypeKind.Listing:
                json.Field("type", "array");
                json.Name("items");
                Alternative(json, type.Element!);
                break;
            case TypeKind.Mapping:
                json.Field("type", "object");
                json.Name("additionalProperties");
                Alternative(json, type.Element!);
                break;
        }
    }

    private static void Alternative(JsonText json, TypeModel type)
    {
        json.Open();
        TypeBody(json, type);
        json.Close();
    }

    private static void Number(JsonText json, string name, long? value)
    {
        if (value is null) return;
        json.Name(name);
        json.Raw(value.Value.ToString(CultureInfo.InvariantCulture));
    }

    private static string Plain(string doc) => doc.Trim().Replace("\r", "");
}
