using System.Buffers;
using System.Globalization;
using System.Text;
using Edge.Config.Diagnostics;

namespace Edge.Config;

/// <summary>The bytes of a configuration file, known to be UTF-8 and not empty; or the error that says why there are none.</summary>
internal readonly record struct ConfigurationFile
{
    /// <summary>No configuration is that large; a device or a wrong file is refused before it fills the memory.</summary>
    public const int MaximumSize = 16 * 1024 * 1024;

    private const int MaximumListedNeighbours = 5;

    private ConfigurationFile(ReadOnlyMemory<byte> utf8, ConfigurationError? error) => (Utf8, Error) = (utf8, error);

    /// <summary>Empty if <see cref="Error"/> is set.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    public ConfigurationError? Error { get; }

    /// <summary>Reads a regular file, a pipe or a device to its end. Never throws for what the path leads to.</summary>
    public static ConfigurationFile Read(string path)
    {
        if (path.Length == 0)
            return Fail(path, "the file's name is empty", "Name the configuration file, such as `server.pkl`.");
        try
        {
            if (Directory.Exists(path))
                return Fail(path, "this is a folder, not a file", AdviceOnFolder(path));
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var utf8 = ReadToEnd(stream);
            return utf8 is null
                ? Fail(path, string.Create(CultureInfo.InvariantCulture, $"the file is larger than {MaximumSize / (1024 * 1024)} MiB"), "A configuration is text of some kilobytes: is this the right file?")
                : Check(path, utf8);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail(path, "no such file", AdviceOnMissing(path));
        }
        catch (UnauthorizedAccessException)
        {
            return Fail(path, "permission denied", $"This user may not read it{ModeOf(path)}. Let it read the file and enter the folders on the way, or run edge as a user who can.");
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            return Fail(path, $"the file cannot be read (system error 0x{error.HResult:x})", "Try to read it with another program, such as `cat`, as the same user.");
        }
    }

    private static byte[]? ReadToEnd(FileStream stream)
    {
        // A pipe or a file of /proc tells no length, and a file may grow: the length only sizes the first buffer.
        var length = stream.CanSeek ? Math.Clamp(stream.Length, 0, MaximumSize) : 0;
        var buffer = new byte[(int)length + 1];
        var filled = 0;
        while (true)
        {
            var read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
                return buffer.AsSpan(0, filled).ToArray();
            filled += read;
            if (filled > MaximumSize)
                return null;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, Math.Min(Math.Max(buffer.Length * 2, 4096), MaximumSize + 1));
        }
    }

    private static ConfigurationFile Check(string path, byte[] utf8)
    {
        if (utf8 is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
            return Fail(path, "the file is UTF-16, not UTF-8", "Save it as UTF-8.");
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            return FailEncoding(path, utf8);
        if (IsBlank(utf8))
            return Fail(path, "the file is empty", "A configuration starts with `amends \"edge:serve/EdgeServer.pkl\"` and sets `servers`. To check the machine instead: `edge check --system`.");
        return new ConfigurationFile(utf8, null);
    }

    private static bool IsBlank(ReadOnlySpan<byte> utf8) =>
        !(utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8).ContainsAnyExcept(" \t\r\n"u8);

    private static ConfigurationFile FailEncoding(string path, ReadOnlySpan<byte> bytes)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(bytes[offset..], out _, out var length) == OperationStatus.Done)
            offset += length;
        var before = bytes[..offset];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        var message = string.Create(CultureInfo.InvariantCulture, $"the file is not UTF-8: byte 0x{bytes[offset]:X2} at offset {offset}");
        return new ConfigurationFile(default, new ConfigurationError(path, line, column, message, Advice: "Save it as UTF-8. Bytes that are not text belong in a file of their own."));
    }

    private static ConfigurationFile Fail(string path, string message, string advice) =>
        new(default, new ConfigurationError(path, 1, 1, message, Advice: advice));

    private static string AdviceOnFolder(string folder) =>
        PklFilesIn(folder) is { Length: > 0 } files ? $"It holds {files}." : "It holds no .pkl file. Name the configuration file itself.";

    private static string AdviceOnMissing(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(folder))
            return $"The folder `{folder}` does not exist either.";
        return PklFilesIn(folder) is { Length: > 0 } files ? $"`{folder}` holds {files}." : $"`{folder}` holds no .pkl file.";
    }

    private static string PklFilesIn(string folder)
    {
        try
        {
            var names = Directory.EnumerateFiles(folder, "*.pkl").Take(MaximumListedNeighbours + 1).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
            var listed = string.Join(", ", names.Take(MaximumListedNeighbours).Select(name => $"`{name}`"));
            return names.Count > MaximumListedNeighbours ? listed + ", ..." : listed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ModeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return "";
        try
        {
            return $" (mode {Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0')})";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
