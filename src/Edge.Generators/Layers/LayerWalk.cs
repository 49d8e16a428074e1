using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Edge.Generators.Layers;

/// <summary>
/// One file against the rules, namespace by namespace. Names are looked up as written; the operations of each body then show
/// what no name shows. A line says the same breach once. Code is of its namespace's room, but parts that a room adds to the
/// types of a room it extends are of the folder's.
/// </summary>
internal sealed class LayerWalk(SemanticModelAnalysisContext context, LayerRules rules, SymbolReach reach, Folders folders)
{
    private readonly SemanticModel _model = context.SemanticModel;
    private readonly HashSet<(int Line, bool IsBan, int Number)> _reported = [];

    public void Run() => WalkScope(_model.SyntaxTree.GetRoot(context.CancellationToken), room: null, isForeign: false);

    /// <summary>Walks one namespace's own text; namespaces inside it are scopes of their own. Without a room only they count.</summary>
    private void WalkScope(SyntaxNode scope, Room? room, bool isForeign)
    {
        foreach (var node in scope.DescendantNodes(node => node == scope || IsOfThisScope(node, scope)))
        {
            switch (node)
            {
                case BaseNamespaceDeclarationSyntax inner:
                    EnterNamespace(inner);
                    break;
                case NameSyntax when node.Parent is BaseNamespaceDeclarationSyntax:
                    break;
                case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or GlobalStatementSyntax
                    when room is null && !isForeign && node.Parent == scope:
                    ReportUnlisted(node, scope);
                    break;
                default:
                    if (room is not null)
                        Check(node, room);
                    break;
            }
        }
    }

    /// <summary>Not entered: another namespace, using directives and attributes of the assembly. They are of no room; an alias counts where it is used.</summary>
    private static bool IsOfThisScope(SyntaxNode node, SyntaxNode scope) =>
        node is not (BaseNamespaceDeclarationSyntax or UsingDirectiveSyntax)
        && !(node is AttributeListSyntax && node.Parent == scope)
        && !(scope is BaseNamespaceDeclarationSyntax declaration && node == declaration.Name);

    private void EnterNamespace(BaseNamespaceDeclarationSyntax declaration)
    {
        var name = _model.GetDeclaredSymbol(declaration, context.CancellationToken)?.ToDisplayString() ?? "";
        var isForeign = rules.ForeignNamespaces.Contains(name);
        var room = isForeign ? null : rules.RoomOf(name);
        if (room is not null && folders.NamespaceOf(declaration.SyntaxTree.FilePath) is { } expected && rules.RoomOf(expected) is var folderRoom && folderRoom != room)
        {
            if (folderRoom is not null && folderRoom.Extends.Exists(extended => extended.Room == room.Name) && AddsPartsOnly(declaration))
                room = folderRoom;
            else
                Report(LayerAnalyzer.MisplacedFile, declaration.Name, name, room.Name, folderRoom?.Name ?? expected);
        }

        WalkScope(declaration, room, isForeign);
    }

    private static bool AddsPartsOnly(BaseNamespaceDeclarationSyntax declaration)
    {
        foreach (var member in declaration.Members)
        {
            if (!member.Modifiers.Any(SyntaxKind.PartialKeyword))
                return false;
        }

        return true;
    }

    private void ReportUnlisted(SyntaxNode node, SyntaxNode scope)
    {
        var what = scope is BaseNamespaceDeclarationSyntax declaration
            ? $"Namespace {_model.GetDeclaredSymbol(declaration, context.CancellationToken)?.ToDisplayString()}"
            : "The global namespace";
        if (_reported.Add((-1 - scope.SpanStart, false, 0)))
            Report(LayerAnalyzer.UnlistedNamespace, scope is BaseNamespaceDeclarationSyntax named ? named.Name : node, what);
    }

    private void Check(SyntaxNode node, Room room)
    {
        switch (node)
        {
            case SimpleNameSyntax name:
                CheckName(name, room);
                break;
            case SimpleBaseTypeSyntax { Type: var type }:
                if (_model.GetTypeInfo(type, context.CancellationToken).Type is { } @base)
                    CheckBans(room, reach.BansOnConstructing(@base), @base, type);
                break;
            case PrimaryConstructorBaseTypeSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax:
                CheckOperations(node, room);
                break;
            case ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax }:
                CheckOperations(node, room);
                break;
            case EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax or ParameterSyntax or EnumMemberDeclarationSyntax }:
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } }:
                CheckOperations(node, room);
                break;
        }

        CheckKeywords(node, room);
        if (node is BaseFieldDeclarationSyntax or PropertyDeclarationSyntax)
            CheckStaticState((MemberDeclarationSyntax)node, room);
    }

    private void CheckName(SimpleNameSyntax name, Room room)
    {
        var info = _model.GetSymbolInfo(name, context.CancellationToken);
        var symbol = info.Symbol ?? (info.CandidateSymbols.Length > 0 ? info.CandidateSymbols[0] : null);
        // A namespace on the way to a type says nothing that the type does not say.
        if (symbol is not null and not INamespaceSymbol)
            CheckSymbol(room, symbol, name);
    }

    private void CheckOperations(SyntaxNode body, Room room)
    {
        if (_model.GetOperation(body, context.CancellationToken) is not { } root)
            return;
        foreach (var operation in root.DescendantsAndSelf())
        {
            if (operation.Type is { } type)
                CheckSymbol(room, type, operation.Syntax);
            CheckImplicitUse(operation, room);
        }
    }

    /// <summary>The symbols that an operation uses without a name in the text.</summary>
    private void CheckImplicitUse(IOperation operation, Room room)
    {
        var syntax = operation.Syntax;
        switch (operation)
        {
            case IConversionOperation { OperatorMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IBinaryOperation { OperatorMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IUnaryOperation { OperatorMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IIncrementOrDecrementOperation { OperatorMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case ICompoundAssignmentOperation { OperatorMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IInvocationOperation invocation:
                CheckSymbol(room, invocation.TargetMethod, syntax);
                break;
            case IObjectCreationOperation { Constructor: { } constructor }:
                CheckSymbol(room, constructor, syntax);
                break;
            case IMemberReferenceOperation reference:
                CheckSymbol(room, reference.Member, syntax);
                break;
            case IVariableDeclaratorOperation declarator:
                CheckSymbol(room, declarator.Symbol.Type, syntax);
                break;
            case IPatternOperation pattern:
                CheckPattern(pattern, room);
                break;
            case IWithOperation { CloneMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IRangeOperation { Method: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case ICollectionExpressionOperation { ConstructMethod: { } method }:
                CheckSymbol(room, method, syntax);
                break;
            case IForEachLoopOperation when syntax is CommonForEachStatementSyntax loop:
                var each = _model.GetForEachStatementInfo(loop);
                CheckSymbol(room, each.GetEnumeratorMethod, loop.Expression);
                CheckSymbol(room, each.CurrentProperty, loop.Expression);
                CheckSymbol(room, each.ElementConversion.MethodSymbol, loop.Expression);
                if (loop is ForEachVariableStatementSyntax deconstructing)
                    CheckDeconstruction(_model.GetDeconstructionInfo(deconstructing), room, loop.Expression);
                break;
            case IDeconstructionAssignmentOperation when syntax is AssignmentExpressionSyntax assignment:
                CheckDeconstruction(_model.GetDeconstructionInfo(assignment), room, syntax);
                break;
            case IAnonymousFunctionOperation lambda when !lambda.Symbol.IsStatic && syntax is AnonymousFunctionExpressionSyntax:
                CheckKeyword("closure", room, syntax);
                break;
        }
    }

    private void CheckPattern(IPatternOperation pattern, Room room)
    {
        CheckSymbol(room, pattern.NarrowedType, pattern.Syntax);
        switch (pattern)
        {
            case IRecursivePatternOperation { DeconstructSymbol: { } symbol }:
                CheckSymbol(room, symbol, pattern.Syntax);
                break;
            case IListPatternOperation list:
                CheckSymbol(room, list.LengthSymbol, pattern.Syntax);
                CheckSymbol(room, list.IndexerSymbol, pattern.Syntax);
                break;
        }
    }

    private void CheckDeconstruction(DeconstructionInfo info, Room room, SyntaxNode syntax)
    {
        CheckSymbol(room, info.Method, syntax);
        CheckSymbol(room, info.Conversion?.MethodSymbol, syntax);
        foreach (var nested in info.Nested)
            CheckDeconstruction(nested, room, syntax);
    }

    private void CheckKeywords(SyntaxNode node, Room room)
    {
        switch (node)
        {
            case LockStatementSyntax:
                CheckKeyword("lock", room, node);
                break;
            case AwaitExpressionSyntax:
            case ForEachStatementSyntax { AwaitKeyword.RawKind: (int)SyntaxKind.AwaitKeyword }:
            case UsingStatementSyntax { AwaitKeyword.RawKind: (int)SyntaxKind.AwaitKeyword }:
            case LocalDeclarationStatementSyntax { AwaitKeyword.RawKind: (int)SyntaxKind.AwaitKeyword }:
                CheckKeyword("await", room, node);
                break;
            case MethodDeclarationSyntax method when method.Modifiers.Any(SyntaxKind.AsyncKeyword):
            case LocalFunctionStatementSyntax local when local.Modifiers.Any(SyntaxKind.AsyncKeyword):
            case AnonymousFunctionExpressionSyntax { AsyncKeyword.RawKind: (int)SyntaxKind.AsyncKeyword }:
                CheckKeyword("async", room, node);
                break;
        }
    }

    private void CheckStaticState(MemberDeclarationSyntax member, Room room)
    {
        if (!member.Modifiers.Any(SyntaxKind.StaticKeyword) || member.Modifiers.Any(SyntaxKind.ReadOnlyKeyword))
            return;
        var holdsState = member switch
        {
            FieldDeclarationSyntax or EventFieldDeclarationSyntax => true,
            PropertyDeclarationSyntax { AccessorList.Accessors: var accessors } => IsAssignableAutoProperty(accessors),
            _ => false,
        };
        if (holdsState)
            CheckKeyword("static-state", room, member);
    }

    private static bool IsAssignableAutoProperty(SyntaxList<AccessorDeclarationSyntax> accessors)
    {
        foreach (var accessor in accessors)
        {
            if (accessor.IsKind(SyntaxKind.SetAccessorDeclaration) && accessor is { Body: null, ExpressionBody: null })
                return true;
        }

        return false;
    }

    private void CheckKeyword(string keyword, Room room, SyntaxNode node)
    {
        var breaches = rules.BansOf(keyword) & room.Bans;
        for (var number = 0; breaches != 0; number++, breaches >>= 1)
        {
            if ((breaches & 1) != 0 && IsFirst(node, isBan: true, number))
                ReportBan(room, rules.Bans[number], $"`{keyword}`", node.GetFirstToken().GetLocation());
        }
    }

    private void CheckSymbol(Room room, ISymbol? symbol, SyntaxNode node)
    {
        var touched = reach.Of(symbol);
        var foreignRooms = touched.Rooms & ~room.MayUse;
        for (var number = 0; foreignRooms != 0; number++, foreignRooms >>= 1)
        {
            if ((foreignRooms & 1) != 0 && IsFirst(node, isBan: false, number))
                ReportRoom(room, rules.Rooms[number], symbol!, node);
        }

        CheckBans(room, touched.Bans, symbol!, node);
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor)
            CheckBans(room, reach.BansOnConstructing(constructor.ContainingType), constructor.ContainingType, node);
    }

    private void CheckBans(Room room, ulong bans, ISymbol symbol, SyntaxNode node)
    {
        var breaches = bans & room.Bans;
        for (var number = 0; breaches != 0; number++, breaches >>= 1)
        {
            if ((breaches & 1) != 0 && IsFirst(node, isBan: true, number))
                ReportBan(room, rules.Bans[number], symbol.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat), node.GetLocation());
        }
    }

    private void ReportRoom(Room room, Room target, ISymbol symbol, SyntaxNode node)
    {
        var why = target.Layer.Number > room.Layer.Number
            ? $"references point down, and {target.Name} (layer {target.Layer.Number}) is above {room.Name} (layer {room.Layer.Number}). "
              + "Move what both need into a lower room, or hand it over as a value in an outbox"
            : room.Layer.IsBlind && room.Layer == target.Layer
                ? $"the rooms of layer {room.Layer.Number} never refer to each other. Compose them a layer above, or move what both need into Foundation"
                : $"layers.txt (line {room.Line + 1}) does not list it. Hand the value in from a room that may use both, or list {target.Name} there with its reason";
        Report(LayerAnalyzer.ForbiddenRoom, node, room.Name, symbol.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat), target.Name, why);
    }

    private void ReportBan(Room room, Ban ban, string what, Location location) =>
        context.ReportDiagnostic(Diagnostic.Create(LayerAnalyzer.BannedApi, location, room.Name, what, ban.Name, ban.Line + 1, ban.Reason));

    private bool IsFirst(SyntaxNode node, bool isBan, int number)
    {
        var line = node.SyntaxTree.GetText(context.CancellationToken).Lines.GetLineFromPosition(node.SpanStart).LineNumber;
        return _reported.Add((line, isBan, number));
    }

    private void Report(DiagnosticDescriptor descriptor, SyntaxNode node, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(descriptor, node.GetLocation(), arguments));
}
