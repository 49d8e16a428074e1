using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace Edge.Generators.Layers;

/// <summary>What naming a symbol touches: rooms and bans, by number. The same for every room that names it.</summary>
internal readonly record struct Reach(ulong Rooms, ulong Bans)
{
    public static Reach operator |(Reach left, Reach right) => new(left.Rooms | right.Rooms, left.Bans | right.Bans);
}

/// <summary>
/// Symbol -> <see cref="Reach"/>, cached for a compilation and shared by the threads that analyze it. Names are spelled out
/// once for each symbol, so that an identifier costs one look-up.
/// </summary>
internal sealed class SymbolReach(LayerRules rules)
{
    private readonly ConcurrentDictionary<ISymbol, Reach> _cache = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, string> _names = new(SymbolEqualityComparer.Default);

    public Reach Of(ISymbol? symbol)
    {
        if (symbol is null)
            return default;
        if (_cache.TryGetValue(symbol, out var reach))
            return reach;
        reach = Compute(symbol);
        _cache.TryAdd(symbol, reach);
        return reach;
    }

    /// <summary>The bans on constructing a type, which hold for deriving from it too: the derived type constructs it.</summary>
    public ulong BansOnConstructing(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } ? rules.BansOf(NameOf(type.OriginalDefinition) + "..ctor") : 0;

    private Reach Compute(ISymbol symbol) => symbol switch
    {
        IArrayTypeSymbol array => Of(array.ElementType),
        IPointerTypeSymbol pointer => Of(pointer.PointedAtType),
        IFunctionPointerTypeSymbol pointer => OfSignature(pointer.Signature),
        INamedTypeSymbol type => OfNamedType(type),
        IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction or MethodKind.BuiltinOperator } => default,
        IMethodSymbol method => OfMethod(method),
        IPropertySymbol property => OfMember(property) | Of(property.OverriddenProperty),
        IEventSymbol @event => OfMember(@event) | Of(@event.OverriddenEvent),
        IFieldSymbol field => OfMember(field),
        _ => default,
    };

    private Reach OfNamedType(INamedTypeSymbol type)
    {
        var reach = type.ContainingType is { } outer ? Of(outer) : default;
        foreach (var argument in type.TypeArguments)
            reach |= Of(argument);
        var definition = type.OriginalDefinition;
        var room = rules.RoomOf(NameOf(definition.ContainingNamespace));
        reach |= new Reach(room is null ? 0 : 1UL << room.Number, BansOn(definition));
        return reach;
    }

    private Reach OfMethod(IMethodSymbol method)
    {
        // An extension called on its receiver is the static method that it was reduced from.
        var declared = method.ReducedFrom ?? method;
        var reach = OfMember(declared.AssociatedSymbol ?? declared) | Of(declared.OverriddenMethod);
        foreach (var argument in method.TypeArguments)
            reach |= Of(argument);
        return reach;
    }

    private Reach OfSignature(IMethodSymbol signature)
    {
        var reach = Of(signature.ReturnType);
        foreach (var parameter in signature.Parameters)
            reach |= Of(parameter.Type);
        return reach;
    }

    private Reach OfMember(ISymbol member) =>
        Of(member.ContainingType) | new Reach(0, BansOn(member.OriginalDefinition));

    /// <summary>From the symbol outwards: for each ban the longest listed name decides, `but` or not.</summary>
    private ulong BansOn(ISymbol symbol)
    {
        ulong banned = 0, decided = 0;
        for (var current = symbol; current is not null and not INamespaceSymbol { IsGlobalNamespace: true }; current = Outer(current))
        {
            var name = NameOf(current);
            decided |= rules.ExemptionsOf(name) & ~decided;
            var fresh = rules.BansOf(name) & ~decided;
            banned |= fresh;
            decided |= fresh;
        }

        return banned;
    }

    private string NameOf(ISymbol? symbol)
    {
        if (symbol is null or INamespaceSymbol { IsGlobalNamespace: true })
            return "";
        if (_names.TryGetValue(symbol, out var name))
            return name;
        var outer = NameOf(Outer(symbol));
        name = outer.Length == 0 ? symbol.Name : outer + "." + symbol.Name;
        _names.TryAdd(symbol, name);
        return name;
    }

    private static ISymbol? Outer(ISymbol symbol) => (ISymbol?)symbol.ContainingType ?? symbol.ContainingNamespace;
}
