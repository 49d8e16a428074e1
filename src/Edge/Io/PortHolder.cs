using System.Globalization;

namespace Edge.Io;

/// <summary>Which process listens on a TCP port of this machine, as far as /proc shows it to this user.</summary>
internal static class PortHolder
{
    // proc(5): the state of a listening socket.
    private const string Listen = "0A";

    /// <returns>Such as <c>nginx (process 4711)</c>; null where it cannot be seen.</returns>
    public static string? Find(int port)
    {
        try
        {
            var inodes = Inodes("/proc/net/tcp", port).Concat(Inodes("/proc/net/tcp6", port)).Select(inode => $"socket:[{inode}]").ToHashSet();
            return inodes.Count == 0 ? null : Directory.EnumerateDirectories("/proc")
                .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Holds(folder, inodes))
                .Select(folder => $"{NameOf(folder)} (process {Path.GetFileName(folder)})")
                .FirstOrDefault();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Columns: number, local address:port in hexadecimal, remote, state, ... the tenth is the inode.
    private static IEnumerable<string> Inodes(string table, int port)
    {
        if (!File.Exists(table))
            yield break;
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        foreach (var line in File.ReadLines(table))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[1].EndsWith(suffix, StringComparison.Ordinal) && columns[3] == Listen)
                yield return columns[9];
        }
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (IOException)
        {
            return "a program";
        }
    }
}
