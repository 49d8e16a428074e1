using System.Globalization;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Admin;

/// <summary>Where the admin interface answers when nobody says: the server and those who ask it find the same place.</summary>
internal static class AdminAddress
{
    private const string FileName = "admin.sock";

    /// <summary>unix(7): sun_path, with its final zero.</summary>
    private const int MaxPath = 108;

    /// <summary>A socket in the state folder; where there is none, or it cannot be written, one in the abstract namespace, which has no file.</summary>
    /// <param name="environment">The process's variables.</param>
    public static ListenAddress Default(Func<string, string?> environment) =>
        InState(environment) is { } path && WriteAccess.Try(Path.GetDirectoryName(path)!).IsGranted ? Unix(path) : Abstract();

    /// <summary>Where a server that was not told otherwise may be, in the order in which to try.</summary>
    /// <param name="environment">The process's variables.</param>
    public static IEnumerable<ListenAddress> Candidates(Func<string, string?> environment)
    {
        if (InState(environment) is { } path && File.Exists(path))
            yield return Unix(path);
        yield return Abstract();
    }

    private static string? InState(Func<string, string?> environment)
    {
        if (StateDirectory.Find(environment).Path is not { } folder)
            return null;
        var path = Path.Combine(Path.GetFullPath(folder), FileName);
        return Encoding.UTF8.GetByteCount(path) < MaxPath ? path : null;
    }

    private static ListenAddress Unix(string path) => new() { UnixPath = path };

    // One for each user: an abstract name belongs to whoever binds it first.
    private static ListenAddress Abstract() => new() { UnixPath = string.Create(CultureInfo.InvariantCulture, $"@edge-admin-{PeerCredentials.UserId}") };
}
