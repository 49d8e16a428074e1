using System.Collections.Immutable;

namespace Edge.Config.Syntax;

// The grammar's module family on one page.

/// <summary>One file.</summary>
internal sealed partial class ModuleSyntax(
    SourceSpan span,
    ModuleDeclaration? declaration,
    ImmutableArray<ImportClause> imports,
    ImmutableArray<ModuleMember> members) : SyntaxNode(span)
{
    public ModuleDeclaration? Declaration { get; } = declaration;

    public ImmutableArray<ImportClause> Imports { get; } = imports;

    /// <summary>Classes, type aliases, properties and methods, in source order.</summary>
    public ImmutableArray<ModuleMember> Members { get; } = members;
}

internal enum InheritanceKind : byte
{
    Extends,
    Amends,
}

/// <summary><c>[modifiers] module a.b.C</c>, and <c>extends "uri"</c> or <c>amends "uri"</c>; either part may be missing.</summary>
internal sealed partial class ModuleDeclaration(
    SourceSpan span,
    SourceSpan header,
    DocComment? doc,
    ImmutableArray<Annotation> annotations,
    Modifiers modifiers,
    QualifiedIdentifier? name,
    InheritanceClause? inheritance) : SyntaxNode(span)
{
    /// <summary>Without doc comment and annotations.</summary>
    public SourceSpan Header { get; } = header;

    public DocComment? Doc { get; } = doc;

    public ImmutableArray<Annotation> Annotations { get; } = annotations;

    public Modifiers Modifiers { get; } = modifiers;

    public QualifiedIdentifier? Name { get; } = name;

    public InheritanceClause? Inheritance { get; } = inheritance;
}

internal sealed partial class InheritanceClause(SourceSpan span, InheritanceKind kind, StringConstant uri) : SyntaxNode(span)
{
    public InheritanceKind Kind { get; } = kind;

    public StringConstant Uri { get; } = uri;
}

/// <summary><c>import "uri" as alias</c> or <c>import* "glob" as alias</c></summary>
internal sealed partial class ImportClause(SourceSpan span, StringConstant uri, bool isGlob, Identifier? alias) : SyntaxNode(span)
{
    public StringConstant Uri { get; } = uri;

    public bool IsGlob { get; } = isGlob;

    public Identifier? Alias { get; } = alias;
}

/// <summary>A class, type alias, property or method: a module's or, the last two, a class's member.</summary>
internal abstract partial class ModuleMember(
    SourceSpan span, SourceSpan header, DocComment? doc, ImmutableArray<Annotation> annotations, Modifiers modifiers, Identifier name) : SyntaxNode(span)
{
    /// <summary>The declaration without doc comment, annotations and body.</summary>
    public SourceSpan Header { get; } = header;

    public DocComment? Doc { get; } = doc;

    public ImmutableArray<Annotation> Annotations { get; } = annotations;

    public Modifiers Modifiers { get; } = modifiers;

    public Identifier Name { get; } = name;
}

internal sealed partial class ClassSyntax(
    SourceSpan span,
    SourceSpan header,
    DocComment? doc,
    ImmutableArray<Annotation> annotations,
    Modifiers modifiers,
    Identifier name,
    ImmutableArray<TypeParameter> typeParameters,
    TypeSyntax? superclass,
    ImmutableArray<ModuleMember> members) : ModuleMember(span, header, doc, annotations, modifiers, name)
{
    private readonly SyntaxBlob? _blob;
    private readonly int _offset;
    private ImmutableArray<ModuleMember> _members = members;

    /// <summary>A prebuilt module's class, whose members are read when they are first asked for: most are never used.</summary>
    public ClassSyntax(
        SourceSpan span,
        SourceSpan header,
        DocComment? doc,
        ImmutableArray<Annotation> annotations,
        Modifiers modifiers,
        Identifier name,
        ImmutableArray<TypeParameter> typeParameters,
        TypeSyntax? superclass,
        SyntaxBlob blob,
        int offset)
        : this(span, header, doc, annotations, modifiers, name, typeParameters, superclass, default)
    {
        _blob = blob;
        _offset = offset;
    }

    public ImmutableArray<TypeParameter> TypeParameters { get; } = typeParameters;

    public TypeSyntax? Superclass { get; } = superclass;

    /// <summary>Properties and methods, in source order.</summary>
    public ImmutableArray<ModuleMember> Members
    {
        get
        {
            if (_members.IsDefault)
                ImmutableInterlocked.InterlockedInitialize(ref _members, _blob!.ReadMembers(_offset, Span.Start));
            return _members;
        }
    }
}

internal sealed partial class TypeAliasSyntax(
    SourceSpan span,
    SourceSpan header,
    DocComment? doc,
    ImmutableArray<Annotation> annotations,
    Modifiers modifiers,
    Identifier name,
    ImmutableArray<TypeParameter> typeParameters,
    TypeSyntax type) : ModuleMember(span, header, doc, annotations, modifiers, name)
{
    public ImmutableArray<TypeParameter> TypeParameters { get; } = typeParameters;

    public TypeSyntax Type { get; } = type;
}

/// <summary><c>name[: T][ = value]</c> or <c>name { ... }</c>; with none of value and bodies, a declaration only.</summary>
internal sealed partial class PropertySyntax(
    SourceSpan span,
    SourceSpan header,
    DocComment? doc,
    ImmutableArray<Annotation> annotations,
    Modifiers modifiers,
    Identifier name,
    TypeSyntax? type,
    Expression? value,
    ImmutableArray<ObjectBody> bodies) : ModuleMember(span, header, doc, annotations, modifiers, name)
{
    public TypeSyntax? Type { get; } = type;

    public Expression? Value { get; } = value;

    public ImmutableArray<ObjectBody> Bodies { get; } = bodies;
}

/// <summary><c>function name(params): T = body</c>; <see cref="Body"/> is null for abstract and external methods.</summary>
internal sealed partial class MethodSyntax(
    SourceSpan span,
    SourceSpan header,
    DocComment? doc,
    ImmutableArray<Annotation> annotations,
    Modifiers modifiers,
    Identifier name,
    ImmutableArray<TypeParameter> typeParameters,
    ImmutableArray<Parameter> parameters,
    TypeSyntax? resultType,
    Expression? body) : ModuleMember(span, header, doc, annotations, modifiers, name)
{
    public ImmutableArray<TypeParameter> TypeParameters { get; } = typeParameters;

    public ImmutableArray<Parameter> Parameters { get; } = parameters;

    public TypeSyntax? ResultType { get; } = resultType;

    public Expression? Body { get; } = body;
}
