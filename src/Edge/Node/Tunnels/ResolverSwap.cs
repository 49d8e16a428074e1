using System.Text;
using Edge.Foundation.Addresses;

namespace Edge.Node.Tunnels;

/// <summary>
/// The system's resolvers while a tunnel is up: <c>/etc/resolv.conf</c> is replaced, in one step where the folder can be written, in place
/// where it is mounted, and put back afterwards unless somebody else has changed it meanwhile.
/// </summary>
internal static class ResolverSwap
{
    public const string File = "/etc/resolv.conf";

    private const int LargestFile = 1 << 20;

    /// <summary>What is to be written, and how it was before.</summary>
    public static ResolverBackup Plan(IReadOnlyList<IpAddress> servers, IReadOnlyList<string> search, string interfaceName, string path = File)
    {
        var text = new StringBuilder($"# Written by edge while the tunnel {interfaceName} is up. What was here comes back when it ends.\n");
        foreach (var server in servers)
            text.Append("nameserver ").Append(server.ToString()).Append('\n');
        if (search.Count > 0)
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target)
            return new ResolverBackup(path, target, null, text.ToString());
        if (info is { Exists: true, Length: > LargestFile })
            throw new IOException($"{path} has more than {LargestFile} bytes");
        return new ResolverBackup(path, null, info.Exists ? System.IO.File.ReadAllText(path) : null, text.ToString());
    }

    /// <exception cref="IOException">The file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be replaced.</exception>
    public static void Apply(ResolverBackup backup) => Replace(backup.Path, backup.Written);

    /// <summary>Puts back what was there.</summary>
    /// <returns>False: the file says something else by now and was left alone.</returns>
    public static bool Restore(ResolverBackup backup)
    {
        var info = new FileInfo(backup.Path);
        if (info.LinkTarget is not null || !info.Exists || System.IO.File.ReadAllText(backup.Path) != backup.Written)
            return false;
        if (backup.LinkTarget is not null)
        {
            var temporary = backup.Path + ".edge";
            System.IO.File.Delete(temporary);
            System.IO.File.CreateSymbolicLink(temporary, backup.LinkTarget);
            System.IO.File.Move(temporary, backup.Path, overwrite: true);
        }
        else if (backup.Content is not null)
        {
            Replace(backup.Path, backup.Content);
        }
        else
        {
            System.IO.File.Delete(backup.Path);
        }
        return true;
    }

    private static void Replace(string path, string content)
    {
        var temporary = path + ".edge";
        try
        {
            System.IO.File.WriteAllText(temporary, content);
            if (!OperatingSystem.IsWindows())
                System.IO.File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            System.IO.File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container engine mounts the file itself: it can be written but not replaced.
            System.IO.File.Delete(temporary);
            System.IO.File.WriteAllText(path, content);
        }
    }
}
