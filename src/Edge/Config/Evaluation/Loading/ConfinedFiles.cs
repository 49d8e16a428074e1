using System.Text;

namespace Edge.Config.Evaluation;

/// <summary>Reads files below one folder: neither `..` nor a symbolic link leads out of it.</summary>
internal sealed class ConfinedFiles(string root)
{
    // A link that leads to a link and so on; Linux gives up after 40.
    private const int MaxLinks = 40;

    private readonly string _root = RealPath(Path.GetFullPath(root)) ?? Path.GetFullPath(root);

    /// <summary>The folder, links resolved.</summary>
    public string Root => _root;

    /// <summary>Whether a path leads to a place inside the folder.</summary>
    /// <param name="path">An absolute path; what it names need not exist.</param>
    /// <param name="real">The path with its links resolved, where it exists.</param>
    public bool IsInside(string path, out string? real)
    {
        real = RealPath(path);
        return Contains(real ?? Path.GetFullPath(path));
    }

    private bool Contains(string path) =>
        path == _root || (path.StartsWith(_root, StringComparison.Ordinal) && (_root.EndsWith('/') || path[_root.Length] == '/'));

    // The path without links, or null where a part of it does not exist.
    private static string? RealPath(string path)
    {
        var links = 0;
        var done = new StringBuilder();
        var rest = new Stack<string>();
        Push(rest, path);
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                var parent = done.ToString().LastIndexOf('/');
                done.Length = Math.Max(parent, 0);
                continue;
            }
            var candidate = done + "/" + part;
            var info = new FileInfo(candidate);
            if (info.LinkTarget is { } target)
            {
                if (++links > MaxLinks) return null;
                if (target.StartsWith('/')) done.Clear();
                Push(rest, target);
                continue;
            }
            if (!info.Exists && !Directory.Exists(candidate)) return null;
            done.Append('/').Append(part);
        }
        return done.Length == 0 ? "/" : done.ToString();
    }

    private static void Push(Stack<string> parts, string path)
    {
        var split = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = split.Length - 1; i >= 0; i--)
            if (split[i] != ".")
                parts.Push(split[i]);
    }
}
