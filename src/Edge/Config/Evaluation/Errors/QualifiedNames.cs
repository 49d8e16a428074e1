using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>
/// The names that errors give to members and functions: <c>module#property.nested["key"].&lt;function#1></c>. A node does not know
/// where it stands, so a module's names are found at its first error, by one walk in the order that decides the numbers.
/// </summary>
internal sealed class QualifiedNames
{
    private readonly Dictionary<SyntaxNode, string> _names = new(ReferenceEqualityComparer.Instance);

    private QualifiedNames(string module, ModuleSyntax syntax)
    {
        var scope = new Scope(null, module, isLambda: false);
        foreach (var import in syntax.Imports) _names[import] = $"{module}#{Library.StringText.Identifier(ModuleName.OfImport(import))}";
        foreach (var member in syntax.Members) Visit(member, scope, "#");
    }

    /// <summary>The name of a definition of the module, or null.</summary>
    public static string? Of(ModuleInstance module, SyntaxNode definition)
    {
        module.Names ??= new QualifiedNames(module.Name, module.Syntax);
        return module.Names._names.GetValueOrDefault(definition) ?? (definition is ModuleSyntax ? module.Name : null);
    }

    private sealed class Scope(Scope? parent, string name, bool isLambda)
    {
        private int _lambdas;
        private int _entries;

        public string Name => name;

        // Functions inside functions are numbered as if they stood side by side.
        public Scope OutsideLambdas() => isLambda ? parent!.OutsideLambdas() : this;

        public Scope NextLambda()
        {
            var host = OutsideLambdas();
            return new Scope(this, $"{host.Name}.<function#{++host._lambdas}>", isLambda: true);
        }

        private string Counted() => $"{name}[#{++_entries}]";

        public Scope Entry(Expression? key) =>
            key is not null && ConstantName(key) is { } constant ? new Scope(this, name + constant, isLambda: false) : new Scope(this, Counted(), isLambda: false);

        private static string? ConstantName(Expression key) => key switch
        {
            StringLiteral { IsConstant: true } text => $"[\"{text.ConstantText}\"]",
            _ => BodyLayout.ConstantKey(key) is { } value ? $"[{Library.ValueText.Simple(value)}]" : null,
        };
    }

    private void Visit(ModuleMember member, Scope scope, string separator)
    {
        var inner = new Scope(scope, scope.Name + separator + Library.StringText.Identifier(member.Name.Text), isLambda: false);
        _names[member] = inner.Name;
        switch (member)
        {
            case ClassSyntax @class:
                Visit(@class.Superclass, inner);
                foreach (var nested in @class.Members) Visit(nested, inner, ".");
                break;
            case TypeAliasSyntax alias:
                Visit(alias.Type, inner);
                break;
            case PropertySyntax property:
                Visit(property.Type, inner);
                Visit(property.Value, inner);
                Visit(property.Bodies, inner);
                break;
            case MethodSyntax method:
                Visit(method.Parameters, inner);
                Visit(method.ResultType, inner);
                Visit(method.Body, inner);
                break;
        }
    }

    private void Visit(ImmutableArray<Parameter> parameters, Scope scope)
    {
        foreach (var parameter in parameters) Visit(parameter.Type, scope);
    }

    private void Visit(ImmutableArray<ObjectBody> bodies, Scope scope)
    {
        if (bodies.IsDefaultOrEmpty) return;
        foreach (var body in bodies) Visit(body, scope);
    }

    private void Visit(ImmutableArray<Expression> expressions, Scope scope)
    {
        if (expressions.IsDefaultOrEmpty) return;
        foreach (var expression in expressions) Visit(expression, scope);
    }

    private void Visit(ObjectBody body, Scope scope)
    {
        _names[body] = scope.Name + ".<function>";
        Visit(body.Parameters, scope);
        VisitMembers(body, new Scope(scope, scope.Name, isLambda: false));
    }

    private void VisitMembers(ObjectBody body, Scope scope)
    {
        foreach (var member in body.Members) Visit(member, scope);
    }

    private void Visit(ObjectMember member, Scope scope)
    {
        switch (member)
        {
            case ObjectProperty property:
                var inner = Define(member, new Scope(scope, $"{scope.Name}.{Library.StringText.Identifier(property.Name.Text)}", isLambda: false));
                Visit(property.Type, inner);
                Visit(property.Value, inner);
                Visit(property.Bodies, inner);
                break;
            case ObjectMethod method:
                var called = Define(member, new Scope(scope, $"{scope.Name}.{Library.StringText.Identifier(method.Name.Text)}", isLambda: false));
                Visit(method.Parameters, called);
                Visit(method.ResultType, called);
                Visit(method.Body, called);
                break;
            case ObjectElement element:
                Visit(element.Value, Define(member, scope.Entry(null)));
                break;
            case ObjectEntry entry:
                Visit(entry.Key, scope);
                var keyed = Define(member, scope.Entry(entry.Key));
                Visit(entry.Value, keyed);
                Visit(entry.Bodies, keyed);
                break;
            case MemberPredicate predicate:
                Visit(predicate.Predicate, scope);
                var matched = Define(member, scope.Entry(predicate.Predicate));
                Visit(predicate.Value, matched);
                Visit(predicate.Bodies, matched);
                break;
            case ObjectSpread spread:
                Visit(spread.Value, scope);
                break;
            case WhenGenerator @when:
                Visit(@when.Condition, scope);
                VisitMembers(@when.Then, scope);
                if (@when.Else is not null) VisitMembers(@when.Else, scope);
                break;
            case ForGenerator @for:
                Visit(@for.Source, scope);
                VisitMembers(@for.Body, scope);
                break;
        }
    }

    private Scope Define(SyntaxNode definition, Scope scope)
    {
        _names[definition] = scope.Name;
        return scope;
    }

    private void Visit(TypeSyntax? type, Scope scope)
    {
        switch (type)
        {
            case null:
                return;
            case DeclaredType declared:
                foreach (var argument in declared.Arguments) Visit(argument, scope);
                break;
            case NullableType nullable:
                Visit(nullable.Inner, scope);
                break;
            case ParenthesizedType parenthesized:
                Visit(parenthesized.Inner, scope);
                break;
            case UnionType union:
                foreach (var alternative in union.Alternatives) Visit(alternative, scope);
                break;
            case FunctionType function:
                foreach (var parameter in function.Parameters) Visit(parameter, scope);
                Visit(function.Result, scope);
                break;
            case ConstrainedType constrained:
                Visit(constrained.Inner, scope);
                Visit(constrained.Constraints, new Scope(scope, scope.Name, isLambda: false));
                break;
        }
        _names.TryAdd(type, scope.Name);
    }

    private void Visit(Expression? expression, Scope scope)
    {
        switch (expression)
        {
            case StringLiteral text:
                foreach (var part in text.Parts) Visit(part.Interpolation, scope);
                break;
            case ThrowExpression @throw:
                Visit(@throw.Message, scope);
                break;
            case TraceExpression trace:
                Visit(trace.Value, scope);
                break;
            case ReadExpression read:
                Visit(read.Uri, scope);
                break;
            case UnqualifiedAccess access:
                Visit(access.Arguments, scope);
                break;
            case QualifiedAccess access:
                Visit(access.Receiver, scope);
                Visit(access.Arguments, scope);
                break;
            case SuperAccess access:
                Visit(access.Arguments, scope);
                break;
            case SuperSubscript subscript:
                Visit(subscript.Key, scope);
                break;
            case Subscript subscript:
                Visit(subscript.Receiver, scope);
                Visit(subscript.Key, scope);
                break;
            case IfExpression @if:
                Visit(@if.Condition, scope);
                Visit(@if.Then, scope);
                Visit(@if.Else, scope);
                break;
            case LetExpression let:
                Visit(let.Parameter.Type, scope);
                Visit(let.Body, Define(let, scope.NextLambda()));
                Visit(let.Binding, scope);
                break;
            case FunctionLiteral function:
                var inner = Define(function, scope.NextLambda());
                Visit(function.Body, inner);
                Visit(function.Parameters, inner);
                break;
            case ParenthesizedExpression parenthesized:
                Visit(parenthesized.Inner, scope);
                break;
            case NewExpression @new:
                Visit(@new.Type, scope);
                Visit(@new.Body, scope);
                break;
            case AmendExpression amend:
                Visit(amend.Parent, scope);
                Visit(amend.Body, scope);
                break;
            case NonNullExpression nonNull:
                Visit(nonNull.Operand, scope);
                break;
            case UnaryMinusExpression minus:
                Visit(minus.Operand, scope);
                break;
            case LogicalNotExpression not:
                Visit(not.Operand, scope);
                break;
            case BinaryExpression { Operator: BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Coalesce } binary:
                Visit(binary.Right, scope);
                Visit(binary.Left, scope);
                break;
            case BinaryExpression binary:
                Visit(binary.Left, scope);
                Visit(binary.Right, scope);
                break;
            case TypeTestExpression test:
                Visit(test.Operand, scope);
                Visit(test.Type, scope);
                break;
            case TypeCastExpression cast:
                Visit(cast.Operand, scope);
                Visit(cast.Type, scope);
                break;
        }
    }
}
