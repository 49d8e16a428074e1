using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// Types and expressions.
internal sealed partial class ModuleChecks
{
    // Pkl's functions have at most five parameters.
    private const int MaxFunctionParameters = 5;

    private void Visit(TypeSyntax type)
    {
        switch (type)
        {
            case DeclaredType declared:
                foreach (var argument in declared.Arguments) Visit(argument);
                if (declared.Name.Parts.Length > 2)
                    throw Fail(
                        declared.Name.Span, $"Invalid type name `{declared.Name.Text}`.",
                        "A qualified type name consists of a module import name and a type name.\nExample: `importedModule.SomeClass`");
                break;
            case NullableType nullable:
                Visit(nullable.Inner);
                break;
            case ParenthesizedType parenthesized:
                Visit(parenthesized.Inner);
                break;
            case UnionType union:
                foreach (var alternative in union.Alternatives) Visit(alternative);
                break;
            case FunctionType function:
                foreach (var parameter in function.Parameters) Visit(parameter);
                Visit(function.Result);
                break;
            case ConstrainedType constrained:
                Visit(constrained.Inner);
                var outer = _scope;
                _scope = outer.Enter(ScopeKind.CustomThis, outer.Definition);
                foreach (var constraint in constrained.Constraints) Visit(constraint);
                _scope = outer;
                break;
        }
    }

    // The value of a definition, where `new { }` has a parent to amend.
    private void VisitValue(Expression value) => Visit(value, infers: true);

    private void Visit(ImmutableArray<Expression> expressions)
    {
        if (expressions.IsDefaultOrEmpty) return;
        foreach (var expression in expressions) Visit(expression);
    }

    private void Visit(Expression expression, bool infers = false)
    {
        switch (expression)
        {
            case StringLiteral text:
                foreach (var part in text.Parts)
                    if (part.Interpolation is not null)
                        Visit(part.Interpolation);
                break;
            case ThisExpression:
                if (_scope.Kind != ScopeKind.CustomThis && _scope.NeedsConstThis)
                    throw Fail(expression.Span, "Cannot reference `this` from here because it is not `const`.");
                break;
            case OuterExpression:
                if (_scope.OuterLexical is { } around && _scope.Level > around.Level)
                    throw Fail(expression.Span, "Cannot reference `outer` from here because it's not `const`.");
                break;
            case ModuleExpression:
                CheckModule(expression);
                break;
            case ThrowExpression @throw:
                Visit(@throw.Message);
                break;
            case TraceExpression trace:
                Visit(trace.Value, infers);
                break;
            case ImportExpression import:
                CheckUri(import.Uri);
                break;
            case ReadExpression read:
                Visit(read.Uri);
                break;
            case UnqualifiedAccess access:
                Visit(access.Arguments);
                access.NoteScope(_scope.Level, _scope.ConstDepth, _scope.Kind == ScopeKind.CustomThis);
                break;
            case QualifiedAccess access:
                // The receivers that a lexical rule looks after are checked with what is read from them.
                if (access.Receiver is not (ThisExpression or OuterExpression or ModuleExpression)) Visit(access.Receiver);
                access.NeedsConst = NeedsConst(access.Receiver);
                Visit(access.Arguments);
                break;
            case SuperAccess access:
                VisitSuper(access);
                break;
            case SuperSubscript subscript:
                Visit(subscript.Key);
                break;
            case Subscript subscript:
                Visit(subscript.Receiver);
                Visit(subscript.Key);
                break;
            case IfExpression @if:
                Visit(@if.Condition);
                Visit(@if.Then, infers);
                Visit(@if.Else, infers);
                break;
            case LetExpression let:
                if (let.Parameter.Type is not null) Visit(let.Parameter.Type);
                VisitInLambda(let, let.Body, infers);
                Visit(let.Binding);
                break;
            case FunctionLiteral function:
                if (function.Parameters.Length > MaxFunctionParameters) throw Fail(function.Span, "Function literals can have at most five parameters.");
                VisitInLambda(function, function.Body, infers: false);
                Visit(function.Parameters);
                break;
            case ParenthesizedExpression parenthesized:
                Visit(parenthesized.Inner);
                break;
            case NewExpression { Type: null } @new when !infers:
                throw Fail(
                    @new.NewKeyword, "Cannot tell which parent to amend.",
                    "Please specify a parent explicitly, for example `new Person { ... }` instead of `new { ... }`.");
            case NewExpression @new:
                if (@new.Type is not null) Visit(@new.Type);
                Visit(@new.Body);
                break;
            case AmendExpression amend:
                Visit(amend.Parent);
                Visit(amend.Body);
                break;
            default:
                VisitOperator(expression);
                break;
        }
    }

    private void VisitOperator(Expression expression)
    {
        switch (expression)
        {
            case NonNullExpression nonNull:
                Visit(nonNull.Operand);
                break;
            case UnaryMinusExpression minus:
                Visit(minus.Operand);
                break;
            case LogicalNotExpression not:
                Visit(not.Operand);
                break;
            case BinaryExpression binary:
                Visit(binary.Left);
                Visit(binary.Right);
                break;
            case TypeTestExpression test:
                Visit(test.Operand);
                Visit(test.Type);
                break;
            case TypeCastExpression cast:
                Visit(cast.Operand);
                Visit(cast.Type);
                break;
        }
    }

    private void VisitInLambda(SyntaxNode definition, Expression body, bool infers)
    {
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Lambda, definition);
        Visit(body, infers);
        _scope = outer;
    }

    private void VisitSuper(SuperAccess access)
    {
        access.NeedsConst = _scope.NeedsConstThis;
        if (access.IsCall && !IsClassMember())
            throw Fail(access.Span, "Cannot invoke a supermethod from here.");
        Visit(access.Arguments);
    }

    private bool IsClassMember() =>
        _scope.Parent is { } parent && (parent.Kind == ScopeKind.Class || (parent.Kind == ScopeKind.Module && !_module.IsAmending));

    private void CheckModule(Expression expression)
    {
        if (_scope.Level == ConstLevel.None) return;
        var scope = _scope;
        while (scope is not null && scope.Kind is not (ScopeKind.Annotation or ScopeKind.Class)) scope = scope.Parent;
        throw Fail(
            expression.Span,
            scope?.Kind switch
            {
                ScopeKind.Annotation => "Cannot reference `module` within an annotation body.",
                ScopeKind.Class => "Cannot reference `module` within a class body.",
                _ => $"Cannot reference `module` from const property `{NameOf(_scope.Definition)}`.",
            });
    }

    private static string NameOf(SyntaxNode definition) => definition switch
    {
        ModuleMember member => member.Name.Text,
        ObjectProperty property => property.Name.Text,
        ObjectMethod method => method.Name.Text,
        _ => "",
    };

    private bool NeedsConst(Expression receiver) => receiver switch
    {
        OuterExpression => _scope.OuterLexical is { } around && _scope.Level switch
        {
            ConstLevel.Module => around.Kind == ScopeKind.Module,
            ConstLevel.All => around.Level != ConstLevel.All,
            _ => false,
        },
        ModuleExpression => _scope.Level != ConstLevel.None,
        ThisExpression => _scope.NeedsConstThis,
        _ => false,
    };
}
