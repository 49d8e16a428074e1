using System.Text;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

internal static class Parse
{
    public static SourceText Text(string source) => new("file:///test.pkl", "test.pkl", Encoding.UTF8.GetBytes(source));

    public static ModuleSyntax Module(string source) => Parser.Parse(Text(source));

    public static Expression Expression(string source) => Parser.ParseExpression(Text(source));
}
