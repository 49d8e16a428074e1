using Edge.Config.Binding;
using Edge.Config.Evaluation;
using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Config;

/// <summary>Reads, evaluates and binds a configuration file.</summary>
internal static class ConfigurationLoader
{
    /// <summary>The configuration, or every error in it. Throws for no file's contents.</summary>
    /// <param name="path">The file, as errors shall name it.</param>
    /// <param name="options">What it may see and use.</param>
    public static ConfigurationResult Load(string path, LoadOptions options)
    {
        var file = ConfigurationFile.Read(path);
        if (file.Error is { } error) return ConfigurationResult.Of([error]);

        var redaction = new Redaction();
        var errors = new ErrorList(redaction, path);
        var start = new Location(new SourceText(FileUri.Of(Path.GetFullPath(path)), path, file.Utf8), default);
        var evaluator = new Evaluator(new EvaluationOptions
        {
            Limits = options.Limits,
            Trace = line => options.Trace(redaction.Mask(line)),
            Environment = name => Hidden(options.Environment(name), redaction),
            DefaultParent = PrebuiltModules.SchemaUri,
            UnknownProperty = error => errors.Add(error, start),
        });
        try
        {
            var main = evaluator.Modules.LoadMain(path);
            start = new Location(main.Source, default);
            redaction.HideLiteralsOf(main.Source);
            var module = main.Self;
            if (module.Class.Module.Source.Uri != PrebuiltModules.SchemaUri)
            {
                errors.Add(
                    start with { Span = main.Syntax.Declaration!.Inheritance!.Uri.Span }, "this module is not a configuration",
                    $"begin it with `amends \"{PrebuiltModules.SchemaUri}\"`, or amend a module that does");
                return ConfigurationResult.Of(errors.ToImmutable());
            }
            LoadImports(main, errors, start);
            var binder = new ConfigurationBinder(evaluator, errors, Path.GetDirectoryName(Path.GetFullPath(path))!, options.WireGuardFiles);
            var configuration = binder.Bind(module, start);
            if (errors.Count == 0)
                return ConfigurationResult.Of(configuration, new EvaluatedConfiguration(evaluator, module, binder.Inferred, redaction));
        }
        catch (EvaluationException failure)
        {
            errors.Add(failure, start);
        }
        catch (SyntaxException failure)
        {
            errors.Add(failure);
        }
        return ConfigurationResult.Of(errors.ToImmutable());
    }

    /// <summary>The effective configuration as PCF: defaults and what is inferred included, secrets masked.</summary>
    /// <param name="result">Has a configuration.</param>
    public static string Print(ConfigurationResult result) =>
        result.Evaluated is { } evaluated
            ? ConfigurationPrinter.Print(evaluated.Evaluator, evaluated.Module, evaluated.Inferred, evaluated.Redaction)
            : throw new ArgumentException("a configuration with errors cannot be printed", nameof(result));

    // Pkl loads an import when it is first used: one that cannot be loaded would pass if nothing uses it.
    private static void LoadImports(ModuleInstance main, ErrorList errors, Location start)
    {
        foreach (var import in main.Syntax.Imports)
        {
            var depth = main.Evaluator.CallDepth;
            try
            {
                main.Evaluator.Enter(main, import);
                main.Import(import);
                main.Evaluator.Leave();
            }
            catch (EvaluationException failure)
            {
                main.Evaluator.Unwind(depth);
                errors.Add(failure, start);
            }
            catch (SyntaxException failure)
            {
                main.Evaluator.Unwind(depth);
                errors.Add(failure);
            }
        }
    }

    private static string? Hidden(string? value, Redaction redaction)
    {
        if (value is not null) redaction.Hide(value);
        return value;
    }
}
