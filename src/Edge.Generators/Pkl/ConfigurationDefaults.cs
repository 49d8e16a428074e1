using System.Globalization;
using Edge.Config.Syntax;
using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Pkl;

/// <summary>A property's default: as C#, as the reference shows it, and as JSON.</summary>
internal sealed record DefaultModel(bool IsRequired, string? Clr, string Text, string Json)
{
    public static readonly DefaultModel Required = new(true, null, "", "");
}

/// <summary>Reads the defaults of the schema's properties. They are constants: the records have the same as the configuration.</summary>
internal sealed class ConfigurationDefaults(
    IReadOnlyDictionary<string, ClassSyntax> classes,
    ConfigurationTypes types,
    Action<SourceSpan, string> report,
    Func<SourceSpan, string> textOf)
{
    private readonly HashSet<string> _asking = [];

    public DefaultModel Read(PropertySyntax property, TypeModel type) =>
        property.Value is null ? Implicit(type, property) : Explicit(property.Value, type) ?? Unsupported(property.Value);

    private DefaultModel Implicit(TypeModel type, PropertySyntax property)
    {
        if (type.IsNullable)
            return new DefaultModel(false, null, "null", "null");
        switch (type.Kind)
        {
            case TypeKind.Listing:
                return new DefaultModel(false, "[]", "{}", "[]");
            case TypeKind.Mapping:
                return new DefaultModel(false, "[]", "{}", "{}");
            case TypeKind.Object when type.Shorthand is null or { ObjectIsDefault: true } && CanBeEmpty(type.Name!, property):
                return new DefaultModel(false, $"new {type.Name}()", "{}", "{}");
            default:
                return DefaultModel.Required;
        }
    }

    private bool CanBeEmpty(string name, PropertySyntax property)
    {
        var @class = classes[name];
        if (@class.Modifiers.HasFlag(Modifiers.Abstract))
            return false;
        if (!_asking.Add(name))
        {
            report(property.Header, $"`{name}` contains itself without end: make the property nullable");
            return false;
        }
        var isEmpty = @class.Members.OfType<PropertySyntax>().All(p =>
            p.Value is not null || (p.Type is not null && types.Read(p.Type) is { } type && !Implicit(type, p).IsRequired));
        _asking.Remove(name);
        return isEmpty;
    }

    private DefaultModel? Explicit(Expression value, TypeModel type)
    {
        var text = textOf(value.Span);
        switch (type.Kind)
        {
            case TypeKind.Boolean when value is BooleanLiteral boolean:
                return Same(boolean.Value ? "true" : "false");
            case TypeKind.Int when value is IntLiteral number:
                return Same(number.Value.ToString(CultureInfo.InvariantCulture));
            case TypeKind.Text when value is StringLiteral { IsConstant: true } constant && ClrText(constant, type) is { } clr:
                return new DefaultModel(false, clr, text, JsonText.Quote(constant.ConstantText));
            case TypeKind.Enumeration when value is StringLiteral { IsConstant: true } constant:
                // Qualified, because a property may be called as its type is.
                return new DefaultModel(
                    false, $"global::{ConfigurationRecords.Namespace}.{type.Name}.{ClrNames.OfLiteral(constant.ConstantText)}", text, JsonText.Quote(constant.ConstantText));
            case TypeKind.Duration when Quantity(value) is { } quantity && TimeSpanFactory(quantity.Unit) is { } factory:
                return new DefaultModel(false, $"TimeSpan.{factory}({quantity.Number})", text, JsonText.Quote(text));
            case TypeKind.DataSize when Quantity(value) is { } quantity && BytesPer(quantity.Unit) is { } factor:
                return new DefaultModel(false, $"{quantity.Number}L * {factor}L", text, JsonText.Quote(text));
            case TypeKind.Object when type.Shorthand is { } shorthand && Explicit(value, shorthand.Type) is { } plain:
                return plain with { Clr = $"new {shorthand.Class} {{ {ClrNames.Pascal(shorthand.Property)} = {plain.Clr} }}" };
            default:
                return null;
        }
    }

    private static string? ClrText(StringLiteral constant, TypeModel type)
    {
        var clrType = type.Name is null ? "string" : ConfigurationFormats.ClrTypeOf(type.Name);
        return clrType switch
        {
            "string" => Quote(constant.ConstantText),
            "Uri" => $"new Uri({Quote(constant.ConstantText)})",
            _ => null,
        };
    }

    private static (long Number, string Unit)? Quantity(Expression value) =>
        value is QualifiedAccess { Receiver: IntLiteral number, IsCall: false } access ? (number.Value, access.Name.Text) : null;

    private static string? TimeSpanFactory(string unit) => unit switch
    {
        "ms" => "FromMilliseconds",
        "s" => "FromSeconds",
        "min" => "FromMinutes",
        "h" => "FromHours",
        "d" => "FromDays",
        _ => null,
    };

    private static long? BytesPer(string unit) => unit switch
    {
        "b" => 1,
        "kb" => 1000,
        "kib" => 1024,
        "mb" => 1000 * 1000,
        "mib" => 1024 * 1024,
        "gb" => 1000 * 1000 * 1000,
        "gib" => 1024 * 1024 * 1024,
        _ => null,
    };

    private static DefaultModel Same(string text) => new(false, text, text, text);

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private DefaultModel Unsupported(Expression value)
    {
        report(value.Span, "the schema's defaults are constants of the property's type");
        return DefaultModel.Required;
    }
}
