namespace Edge.Node.Tailnet.State;

/// <summary>
/// A folder that only its owner may enter (0700), a file for each piece that only its owner may read (0600). A piece is written beside its
/// place, brought to the disk, and renamed into it: whoever reads finds the old or the new one.
/// </summary>
internal sealed class FolderStore : IStateStore
{
    private const UnixFileMode OwnersFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Keys are small and a netmap of the largest network has some hundred megabytes: more is no piece of ours.</summary>
    private const long MostBytes = 1L << 30;

    private readonly string _folder;

    /// <param name="folder">Made where it is not there.</param>
    /// <exception cref="IOException">It cannot be made, or others may read it.</exception>
    public FolderStore(string folder)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        _folder = folder;
        try
        {
            Directory.CreateDirectory(folder, OwnersFolder);
            var mode = File.GetUnixFileMode(folder);
            if ((mode & ~OwnersFolder) != 0)
                File.SetUnixFileMode(folder, OwnersFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the state folder {folder} cannot be used: {e.Message}. Mount one that is writable, or set stateDir = \"mem:\" for a node that lives as long as the process", e);
        }
    }

    public byte[]? Read(string name)
    {
        var path = Path.Combine(_folder, name);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MostBytes)
                throw new IOException($"{path} has {file.Length} bytes, and is no state of a node");
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} cannot be read: {e.Message}", e);
        }
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(_folder, name);
        var beside = path + ".new";
        try
        {
            // What a process that was killed left there.
            File.Delete(beside);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnersFile;
            using (var file = new FileStream(beside, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    public string SetAside(string name)
    {
        var path = Path.Combine(_folder, name);
        for (var number = 1; ; number++)
        {
            var aside = $"{path}.corrupt-{number}";
            if (File.Exists(aside)) continue;
            File.Move(path, aside);
            return aside;
        }
    }
}
