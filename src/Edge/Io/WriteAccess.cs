namespace Edge.Io;

/// <summary>Whether a folder takes writes, and if not, what is in the way.</summary>
internal enum WriteObstacle
{
    None,
    ReadOnlyFileSystem,
    NoPermission,
    NoSpace,
    NotAFolder,
    Unknown,
}

/// <summary>The answer of a real attempt to write.</summary>
/// <param name="Folder">Where it was tried: the folder itself, or the nearest one above it that exists.</param>
/// <param name="Obstacle">What was in the way.</param>
internal readonly record struct WriteAccess(string Folder, WriteObstacle Obstacle)
{
    private const int Erofs = 30;
    private const int Enospc = 28;

    public bool IsGranted => Obstacle == WriteObstacle.None;

    /// <summary>Makes a file and removes it at once: permissions, mounts and quotas have the last word only when a file is made.</summary>
    public static WriteAccess Try(string path)
    {
        string folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            if (File.Exists(folder))
                return new(folder, WriteObstacle.NotAFolder);
            folder = Path.GetDirectoryName(folder) ?? "/";
        }
        try
        {
            // The process's number makes the name its own; a Guid would want /dev/urandom, which a bare root does not have.
            string probe = Path.Combine(folder, $".edge-probe-{Environment.ProcessId}");
            using var handle = File.OpenHandle(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
            return new(folder, WriteObstacle.None);
        }
        catch (IOException e)
        {
            // On Unix .NET leaves the errno in HResult where it has no exception type of its own for it.
            return new(folder, e.HResult switch
            {
                Erofs => WriteObstacle.ReadOnlyFileSystem,
                Enospc => WriteObstacle.NoSpace,
                _ => WriteObstacle.Unknown,
            });
        }
        catch (UnauthorizedAccessException)
        {
            return new(folder, WriteObstacle.NoPermission);
        }
    }

    public override string ToString() => Obstacle switch
    {
        WriteObstacle.None => $"{Folder} can be written",
        WriteObstacle.ReadOnlyFileSystem => $"{Folder} is on a read-only file system",
        WriteObstacle.NoPermission => $"no permission to write in {Folder}",
        WriteObstacle.NoSpace => $"no space is left in {Folder}",
        WriteObstacle.NotAFolder => $"{Folder} is not a folder",
        _ => $"{Folder} cannot be written",
    };
}
