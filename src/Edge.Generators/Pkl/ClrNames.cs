using System.Text;

namespace Edge.Generators.Pkl;

internal static class ClrNames
{
    /// <summary><c>bridgeInbound</c> to <c>BridgeInbound</c>.</summary>
    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary><c>round_robin</c> to <c>RoundRobin</c>, <c>DENY</c> to <c>Deny</c>, <c>1.2</c> to <c>V1_2</c>.</summary>
    public static string OfLiteral(string literal)
    {
        var name = new StringBuilder();
        foreach (var word in literal.Split('_', '-', ' '))
        {
            if (word.Length == 0) continue;
            var rest = word.All(char.IsUpper) ? word.Substring(1).ToLowerInvariant() : word.Substring(1);
            name.Append(char.ToUpperInvariant(word[0])).Append(rest.Replace('.', '_'));
        }
        return name.Length > 0 && char.IsDigit(name[0]) ? "V" + name : name.ToString();
    }
}
