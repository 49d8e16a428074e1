using System.Text.RegularExpressions;

namespace Edge.Tests.Config.Differential;

/// <summary>
/// A copy of a configuration's folder that standard Pkl understands. Edge's dialect adds three things to Pkl 0.30, and each is
/// undone by one rewriting; nothing else changes.
/// <list type="number">
/// <item><c>"edge:serve/EdgeServer.pkl"</c> and <c>"elide:serve/ElideServer.pkl"</c> become the path of <c>schema/EdgeServer.pkl</c>.</item>
/// <item>The evaluated file, if it neither amends nor extends a module, gets an <c>amends</c> clause for the schema as its first line.</item>
/// <item>A file that calls <c>env(...)</c> gets <c>const local function env(name) = read("env:\(name)")</c> as its last line.</item>
/// </list>
/// </summary>
internal sealed partial class ReferenceCopy : IDisposable
{
    private const string EnvFunction = """const local function env(name) = read("env:\(name)")""";

    private readonly string _folder;

    private ReferenceCopy(string folder, string file)
    {
        _folder = folder;
        File = file;
    }

    /// <summary>The file to give to the real CLI.</summary>
    public string File { get; }

    /// <summary>Copies the folder of <paramref name="configuration"/>, with what lies below it.</summary>
    /// <param name="configuration">Path of the file to evaluate.</param>
    /// <param name="schema">Path of <c>EdgeServer.pkl</c>.</param>
    public static ReferenceCopy Of(string configuration, string schema)
    {
        var source = Path.GetDirectoryName(Path.GetFullPath(configuration))!;
        var target = Directory.CreateTempSubdirectory("edge-reference-").FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (Path.GetExtension(file) == ".pkl")
            {
                var isEvaluated = Path.GetFullPath(file) == Path.GetFullPath(configuration);
                System.IO.File.WriteAllText(copy, Rewrite(System.IO.File.ReadAllText(file), Path.GetFullPath(schema), isEvaluated));
            }
            else
            {
                System.IO.File.Copy(file, copy);
            }
        }
        return new ReferenceCopy(target, Path.Combine(target, Path.GetFileName(configuration)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Rewrite(string text, string schema, bool isEvaluated)
    {
        text = SchemaUri().Replace(text, $"\"{schema}\"");
        if (isEvaluated && !Inheritance().IsMatch(text))
            text = $"amends \"{schema}\"\n{text}";
        if (EnvCall().IsMatch(text))
            text = $"{text.TrimEnd()}\n\n{EnvFunction}\n";
        return text;
    }

    [GeneratedRegex("\"(edge:serve/EdgeServer|elide:serve/ElideServer)\\.pkl\"")]
    private static partial Regex SchemaUri();

    [GeneratedRegex(@"^((open|abstract)?\s*module\s+\S+\s+)?(amends|extends)\s", RegexOptions.Multiline)]
    private static partial Regex Inheritance();

    [GeneratedRegex(@"(?<![\w.])env\(")]
    private static partial Regex EnvCall();
}
