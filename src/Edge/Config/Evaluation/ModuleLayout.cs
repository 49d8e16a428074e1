using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>What the body of a class or module defines, made from its syntax once.</summary>
internal static class ModuleLayout
{
    public static LexicalLevel LevelOf(LevelKind kind, ImmutableArray<ModuleMember> members, ImmutableArray<ImportClause> imports)
    {
        var names = new BodyNames();
        var level = new LexicalLevel(kind, names);
        foreach (var import in imports)
        {
            var name = ModuleName.OfImport(import);
            names.Add(name, new SyntaxMember(import, name, level), conditional: false);
        }
        foreach (var member in members)
        {
            switch (member)
            {
                case PropertySyntax property:
                    names.Add(property.Name.Text, new SyntaxMember(property, level), conditional: false);
                    break;
                case MethodSyntax method:
                    names.Add(MethodOf(method, kind, names));
                    break;
                default:
                    names.Add(member.Name.Text, new SyntaxMember(member, level), conditional: false);
                    break;
            }
        }
        return level;
    }

    public static MemberTable TableOf(LexicalLevel level)
    {
        var members = level.Names!.Members;
        if (members.Count == 0) return MemberTable.Empty;
        var keys = new object[members.Count];
        var definitions = new Member[members.Count];
        for (var i = 0; i < keys.Length; i++) (keys[i], definitions[i]) = (members[i].Name, members[i].Member);
        return new MemberTable(keys, definitions);
    }

    private static MethodMember MethodOf(MethodSyntax method, LevelKind kind, BodyNames names)
    {
        var result = new MethodMember(
            method, method.Header, method.Modifiers, method.Name.Text, method.TypeParameters, method.Parameters, method.ResultType, method.Body,
            new LexicalLevel(kind, names, LexicalLevel.NamesOf(method.Parameters)));
        NewExpression.Infer(method.Body, InferenceKind.Method, result);
        return result;
    }
}
