namespace Edge.Node.WgQuick;

/// <summary>A wg-quick file on disk.</summary>
internal static class QuickFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The file's text.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="isOpenToOthers">Whether it can be read by others than its owner: it holds a private key.</param>
    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Read(string path, out bool isOpenToOthers)
    {
        var info = new FileInfo(path);
        if (info.Length > QuickParser.MaxSize)
            throw new IOException($"it has more than {QuickParser.MaxSize} bytes");
        isOpenToOthers = !OperatingSystem.IsWindows() && (info.UnixFileMode & Others) != 0;
        return File.ReadAllText(path);
    }
}
