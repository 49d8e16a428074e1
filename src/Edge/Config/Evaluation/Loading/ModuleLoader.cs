using System.Security;
using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Finds, reads and parses modules: files inside the configuration's folder, and those that come with the language.</summary>
internal sealed class ModuleLoader(Evaluator evaluator)
{
    private readonly Dictionary<string, ModuleInstance> _byUri = [];
    private ConfinedFiles? _files;
    private int _loaded;

    /// <summary>The folder that files are read from; known once the main module is.</summary>
    public ConfinedFiles? Files => _files;

    /// <exception cref="SyntaxException">where the file is not Pkl</exception>
    public ModuleInstance LoadMain(string path)
    {
        var full = Path.GetFullPath(path);
        _files = new ConfinedFiles(evaluator.Options.Root ?? Path.GetDirectoryName(full)!);
        var uri = FileUri.Of(full);
        if (!_files.IsInside(full, out var real))
            throw evaluator.Fail($"Refusing to load module `{uri}` because it is outside of the configuration's folder `{_files.Root}`.");
        if (real is null) throw evaluator.Fail($"Cannot find module `{uri}`.");
        return Load(uri, path, ReadFile(uri, real), evaluator.Options.DefaultParent);
    }

    /// <summary>A module of the standard library or of Edge, or null where there is none of that name.</summary>
    public ModuleInstance? LoadLibrary(string uri)
    {
        if (_byUri.TryGetValue(uri, out var known)) return known;
        if (!PrebuiltModules.TryGet(uri, out var source, out var syntax)) return null;
        var module = new ModuleInstance(evaluator, source, syntax);
        _byUri.Add(uri, module);
        if (!module.IsBase) module.Initialize(LoadParent(module));
        return module;
    }

    /// <summary>The module that an import, <c>amends</c> or <c>extends</c> names. The place has been recorded.</summary>
    public ModuleInstance Import(ModuleInstance from, StringConstant reference)
    {
        var written = reference.Value;
        var colon = written.IndexOf(':');
        var scheme = colon > 0 && written.AsSpan(0, colon).IndexOfAny('/', '.') < 0 ? written[..colon] : null;
        switch (scheme)
        {
            case null:
                return ImportFile(from, written, ResolveRelative(from, written));
            case "pkl":
                return LoadLibrary(written) ?? throw FailLibrary(written);
            case "edge" or "elide":
                return LoadLibrary(PrebuiltModules.Canonical(written)) ?? throw FailSchema(written);
            case "file":
                return ImportFile(from, written, FileUri.PathOf(written) ?? throw FailUri(written, "Expected `file:///` and an absolute path"));
            default:
                throw evaluator.Fail(
                    $"Refusing to load module `{written}`: modules come from files in the configuration's folder or from `pkl:`, never from `{scheme}:`.",
                    "Save the module next to the configuration, for example as `schema.pkl`, and import it by that name.");
        }
    }

    private string ResolveRelative(ModuleInstance from, string written)
    {
        if (from.Source.Uri.StartsWith("file:", StringComparison.Ordinal))
        {
            if (written.StartsWith("...", StringComparison.Ordinal))
                return ResolveUpwards(from, written);
            if (written.StartsWith('@'))
                throw evaluator.Fail(
                    "Cannot import dependency because there is no project found.",
                    "If you meant to import a path that starts with `@`, prefix the path with `./` (e.g. `import \"./@myPath\").\n"
                    + "If you meant to import a dependency, ensure that this file is within a directory that contains a PklProject module.");
            if (InvalidIn(written) is { } reason) throw FailUri(written, reason);
            return FileUri.Resolve(FileUri.PathOf(from.Source.Uri)!, written) ?? throw FailUri(written, "Illegal character in path");
        }
        throw evaluator.Fail($"Module `{from.Source.Uri}` cannot have a relative import.");
    }

    private string ResolveUpwards(ModuleInstance from, string written) =>
        FindUpwards(from, written) ?? throw evaluator.Fail($"Cannot find module `{written}`.");

    /// <summary>What <c>.../x</c> names: the nearest x in a folder above the module's own; null where there is none.</summary>
    internal string? FindUpwards(ModuleInstance from, string written)
    {
        var path = FileUri.PathOf(from.Source.Uri)!;
        var below = written == "..." ? Path.GetFileName(path) : written["...".Length..].TrimStart('/');
        for (var folder = Path.GetDirectoryName(Path.GetDirectoryName(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (FileUri.Resolve(Path.Combine(folder, "."), below) is not { } candidate) return null;
            if (_files!.IsInside(candidate, out var real) && File.Exists(real)) return candidate;
        }
        return null;
    }

    private ModuleInstance ImportFile(ModuleInstance from, string written, string path)
    {
        if (InvalidIn(written) is { } reason) throw FailUri(written, reason);
        path = Path.GetFullPath(path);
        var uri = FileUri.Of(path);
        if (_byUri.TryGetValue(uri, out var known)) return known;
        if (_files is null) throw evaluator.Fail($"Refusing to load module `{uri}` because there is no configuration folder.");
        if (!_files.IsInside(path, out var real))
            throw evaluator.Fail(
                $"Refusing to load module `{uri}` because it is outside of the configuration's folder `{_files.Root}`.",
                "Move it into the folder; neither `..` nor a symbolic link may lead out of it.");
        if (real is null || Directory.Exists(real))
            throw evaluator.Fail(
                $"Cannot find module `{uri}`.",
                written.Contains('\\', StringComparison.Ordinal) ? "To resolve modules in nested directories, use `/` as the directory separator." : null);
        return Load(uri, uri, ReadFile(uri, real));
    }

    private ModuleInstance Load(string uri, string displayName, byte[] text, string? defaultParent = null)
    {
        if (++_loaded > evaluator.Limits.Modules)
            throw evaluator.Fail($"The configuration loads more than {evaluator.Limits.Modules} modules.", "The limit is `Modules`.");
        var source = new SourceText(uri, displayName, text);
        var module = new ModuleInstance(evaluator, source, WithParent(Parse(source), defaultParent));
        _byUri.Add(uri, module);
        evaluator.Enter(module, module.Syntax);
        ModuleChecks.Check(module);
        module.Initialize(LoadParent(module));
        Declarations.Check(module);
        evaluator.Leave();
        return module;
    }

    // A module for a later version may use a later syntax: its demand explains more than a syntax error would.
    private ModuleSyntax Parse(SourceText source)
    {
        try
        {
            var syntax = Parser.Parse(source);
            CheckVersion(source, syntax.Declaration);
            return syntax;
        }
        catch (SyntaxException e)
        {
            CheckVersion(source, e.Declaration);
            throw;
        }
    }

    private void CheckVersion(SourceText source, ModuleDeclaration? declaration)
    {
        if (ModuleChecks.UnsatisfiedVersion(declaration) is { } required)
            throw evaluator.Fail(
                $"Module `{declaration!.Name?.Text ?? ModuleName.Infer(source.Uri)}` requires Pkl version {required} or higher, but your Pkl version is {PklVersion.Text}.");
    }

    // A module that says neither `amends` nor `extends` amends the default.
    private static ModuleSyntax WithParent(ModuleSyntax module, string? parent)
    {
        var declaration = module.Declaration;
        if (parent is null || declaration?.Inheritance is not null) return module;
        var inheritance = new InheritanceClause(default, InheritanceKind.Amends, new StringConstant(default, parent));
        return new ModuleSyntax(
            module.Span,
            new ModuleDeclaration(
                declaration?.Span ?? default, declaration?.Header ?? default, declaration?.Doc, declaration?.Annotations ?? [],
                declaration?.Modifiers ?? Modifiers.None, declaration?.Name, inheritance),
            module.Imports,
            module.Members);
    }

    private ModuleInstance? LoadParent(ModuleInstance module)
    {
        if (module.Syntax.Declaration?.Inheritance is not { } inheritance) return null;
        var parent = module.Load(inheritance.Uri, inheritance.Span);
        if (parent.Self is null && !ReferenceEquals(parent, module))
            throw evaluator.FailAt(
                module, inheritance.Span, $"Module `{module.Name}` cannot {(module.IsAmending ? "amend" : "extend")} itself by way of module `{parent.Name}`.");
        if (ReferenceEquals(parent, module))
            throw evaluator.FailAt(
                module, inheritance.Span,
                $"Module `{module.Name}` cannot {(module.IsAmending ? "amend" : "extend")} itself.");
        if (inheritance.Kind == InheritanceKind.Amends)
        {
            evaluator.At(module, inheritance.Uri.Span);
            evaluator.CheckInstantiable(parent.Class, module, inheritance.Uri.Span);
            return parent;
        }
        if (parent.IsAmending)
            throw evaluator.FailAt(
                module, inheritance.Span, $"Module `{parent.Class.Module.Name}` cannot be extended or used as type because it amends another module.");
        if (!parent.Class.IsOpen)
            throw evaluator.FailAt(
                module, inheritance.Span, $"Cannot extend non-open module `{parent.Name}`.",
                "By default, modules are closed for extension.\nTo make a module extensible, add an `open` modifier: `open module my_module; ...`");
        return parent;
    }

    private byte[] ReadFile(string uri, string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length > evaluator.Limits.FileSize)
                throw evaluator.Fail($"Module `{uri}` is larger than {evaluator.Limits.FileSize} bytes.", "The limit is `FileSize`.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw evaluator.Fail($"I/O error loading module `{uri}`.", e.Message);
        }
    }

    // Characters that a URI cannot hold unescaped; a path with a space in it is common enough to pass.
    internal static string? InvalidIn(string reference)
    {
        if (reference == ".../") return "expected `...` or `.../path/to/my_module.pkl`";
        foreach (var c in reference)
            if (c is '^' or '`' or '{' or '}' or '|' or '"' or '<' or '>')
                return "Illegal character in path";
        return null;
    }

    private EvaluationException FailUri(string uri, string reason) => evaluator.Fail($"Module URI `{uri}` has invalid syntax.", reason);

    private EvaluationException FailSchema(string uri) =>
        evaluator.Fail($"Cannot find module `{uri}`.", $"The configuration's schema is `{PrebuiltModules.SchemaUri}`.");

    private EvaluationException FailLibrary(string uri) =>
        evaluator.Fail(
            $"Cannot find standard library module `{uri}`.",
            "Available standard library modules:\n" + string.Join("\n", PrebuiltModules.Names));
}
