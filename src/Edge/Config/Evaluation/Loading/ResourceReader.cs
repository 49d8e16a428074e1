using System.Security;
using System.Text;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary><c>read("...")</c> and <c>env("...")</c>: environment variables, external properties, files in the configuration's folder.</summary>
internal sealed class ResourceReader(Evaluator evaluator)
{
    private readonly Dictionary<string, Value?> _read = [];

    /// <summary>The variable's value, marked as coming from the environment.</summary>
    /// <exception cref="EvaluationException">where it is not set; names it</exception>
    public Value Env(string name) =>
        FromEnvironment(name) ?? throw evaluator.Fail($"Environment variable `{name}` is not set.", $"Set it before you start Edge: `export {name}=...`");

    public Value Read(ModuleInstance from, string uri, ReadKind kind)
    {
        if (kind == ReadKind.ReadGlob)
            throw evaluator.Fail($"Reading by glob pattern is not supported: `{uri}`.", "Read the resources one by one.");
        var value = Find(from, uri);
        if (value is not null) return value;
        return kind == ReadKind.ReadOrNull ? NullValue.Instance : throw evaluator.Fail($"Cannot find resource `{uri}`.");
    }

    private Value? Find(ModuleInstance from, string uri)
    {
        var colon = uri.IndexOf(':');
        switch (colon > 0 ? uri[..colon] : null)
        {
            case "env":
                return FromEnvironment(Uri.UnescapeDataString(uri[(colon + 1)..]));
            case "prop":
                return evaluator.Options.Properties.TryGetValue(Uri.UnescapeDataString(uri[(colon + 1)..]), out var property) ? new StringValue(property) : null;
            case "file":
                return ReadFile(FileUri.PathOf(uri) ?? throw FailUri(uri));
            case null when from.Source.Uri.StartsWith("file:", StringComparison.Ordinal):
                if (uri.StartsWith(".../", StringComparison.Ordinal)) return evaluator.Modules.FindUpwards(from, uri) is { } found ? ReadFile(found) : null;
                return ReadFile(FileUri.Resolve(FileUri.PathOf(from.Source.Uri)!, uri) ?? throw FailUri(uri));
            case "http" or "https" or "package" or "projectpackage" or "modulepath":
                throw evaluator.Fail(
                    $"Refusing to read resource `{uri}`: resources come from `env:`, `prop:` and files in the configuration's folder.",
                    "Save it next to the configuration and read it by its file name.");
            default:
                throw evaluator.Fail($"No resource reader is registered for scheme `{(colon > 0 ? uri[..colon] : "")}`.");
        }
    }

    private EvaluationException FailUri(string uri) => evaluator.Fail($"Resource URI `{uri}` has invalid syntax.");

    private Value? FromEnvironment(string name) =>
        evaluator.Options.Environment(name) is { } value ? new StringValue(value).MarkFromEnvironment() : null;

    private Value? ReadFile(string path)
    {
        path = Path.GetFullPath(path);
        var uri = FileUri.Of(path);
        if (_read.TryGetValue(uri, out var known)) return known;
        if (evaluator.Modules.Files is not { } files || !files.IsInside(path, out var real))
            throw evaluator.Fail(
                $"Refusing to read resource `{uri}` because it is outside of the configuration's folder `{evaluator.Modules.Files?.Root}`.",
                "Move it into the folder; neither `..` nor a symbolic link may lead out of it.");
        if (real is null || Directory.Exists(real)) return _read[uri] = null;
        try
        {
            if (new FileInfo(real).Length > evaluator.Limits.FileSize)
                throw evaluator.Fail($"Resource `{uri}` is larger than {evaluator.Limits.FileSize} bytes.", "The limit is `FileSize`.");
            var bytes = File.ReadAllBytes(real);
            evaluator.Account(bytes.Length);
            return _read[uri] = new ObjectBuilder(evaluator)
                .Property("uri", new StringValue(uri))
                .Property("text", new StringValue(Encoding.UTF8.GetString(bytes)))
                .Property("bytes", new BytesValue(bytes))
                .Property("base64", new StringValue(Convert.ToBase64String(bytes)))
                .To(evaluator.Base.Find("Resource"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw evaluator.Fail($"I/O error reading resource `{uri}`.", e.Message);
        }
    }
}
