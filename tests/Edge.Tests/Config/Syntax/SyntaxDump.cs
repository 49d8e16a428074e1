using System.Collections;
using System.Reflection;
using System.Text;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>A tree as text, a node a line, by reflection over the nodes' properties: it cannot forget one.</summary>
internal static class SyntaxDump
{
    public static string Of(SyntaxNode node) => Of(node, withSpans: true, withParentheses: true);

    /// <summary>What the tree means, wherever it was written and however grouped.</summary>
    public static string Meaning(SyntaxNode node) => Of(node, withSpans: false, withParentheses: false);

    private static string Of(SyntaxNode node, bool withSpans, bool withParentheses)
    {
        var text = new StringBuilder();
        Append(text, 0, "", node, withSpans, withParentheses);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int depth, string name, object? value, bool withSpans, bool withParentheses)
    {
        while (!withParentheses && value is ParenthesizedExpression or ParenthesizedType)
            value = value is ParenthesizedExpression expression ? expression.Inner : ((ParenthesizedType)value).Inner;
        text.Append(' ', depth).Append(name);
        if (value is SyntaxNode node)
        {
            text.Append(node.GetType().Name).Append(withSpans ? $" {node.Span}\n" : "\n");
            foreach (var property in node.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                if (property.Name != nameof(SyntaxNode.Span) && property.Name != nameof(StringLiteral.ConstantText) && (withSpans || property.PropertyType != typeof(SourceSpan)))
                    Append(text, depth + 1, property.Name + ": ", property.GetValue(node), withSpans, withParentheses);
        }
        else if (value is IEnumerable list and not string)
        {
            // An array that is not there and one that is empty differ: an access is no call.
            if (value.GetType().GetProperty("IsDefault")?.GetValue(value) is true)
            {
                text.Append("none\n");
                return;
            }
            text.Append("list\n");
            foreach (var item in list)
                Append(text, depth + 1, "", item, withSpans, withParentheses);
        }
        else
        {
            text.Append(value switch
            {
                null => "null",
                double d => BitConverter.DoubleToInt64Bits(d).ToString("x16"),
                string s => Quote(s),
                _ => value.ToString(),
            }).Append('\n');
        }
    }

    private static string Quote(string s) =>
        "'" + string.Concat(s.Select(c => c is < ' ' or '\\' || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString())) + "'";
}
