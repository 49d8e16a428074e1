using Microsoft.CodeAnalysis.Diagnostics;

namespace Edge.Generators.Layers;

/// <summary>Folder -> namespace, from the project's directory and root namespace, which the SDK shows to analyzers.</summary>
internal sealed class Folders
{
    private readonly string? _projectDirectory;
    private readonly string _rootNamespace;

    private Folders(string? projectDirectory, string rootNamespace)
    {
        _projectDirectory = projectDirectory;
        _rootNamespace = rootNamespace;
    }

    public static Folders Of(AnalyzerConfigOptions options)
    {
        options.TryGetValue("build_property.projectdir", out var directory);
        options.TryGetValue("build_property.rootnamespace", out var root);
        return new Folders(string.IsNullOrEmpty(directory) || string.IsNullOrEmpty(root) ? null : directory, root ?? "");
    }

    /// <summary>The namespace that a file's folder stands for; null for what is generated or linked from elsewhere.</summary>
    public string? NamespaceOf(string path)
    {
        if (_projectDirectory is null || !path.StartsWith(_projectDirectory, StringComparison.Ordinal))
            return null;
        var folder = Path.GetDirectoryName(path.Substring(_projectDirectory.Length));
        if (string.IsNullOrEmpty(folder))
            return _rootNamespace;
        return _rootNamespace + "." + folder!.Replace('/', '.').Replace('\\', '.');
    }
}
