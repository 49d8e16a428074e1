using System.Globalization;
using System.Text.Json;

namespace Edge.Node.Tunnels;

/// <summary>Where running tunnels leave their records and sockets: a folder that only its owner may enter.</summary>
internal sealed class RunDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private RunDirectory(string path) => FolderPath = path;

    public string FolderPath { get; }

    /// <summary><c>RUNTIME_DIRECTORY</c> (systemd's), else <c>/run/edge</c> for root, else <c>$XDG_RUNTIME_DIR/edge</c>, else a folder of the user's own in the temporary one.</summary>
    public static string DefaultPath(Func<string, string?> environment)
    {
        if (environment("RUNTIME_DIRECTORY") is { Length: > 0 } given)
            return given.Split(':')[0];
        if (Environment.IsPrivilegedProcess)
            return "/run/edge";
        return environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Path.IsPathRooted(runtime)
            ? Path.Combine(runtime, "edge")
            : Path.Combine(Path.GetTempPath(), $"edge-{Environment.UserName}");
    }

    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor entered.</exception>
    public static RunDirectory Open(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        Directory.CreateDirectory(path, OwnerOnly);
        return new RunDirectory(path);
    }

    public string SocketOf(string name) => Path.Combine(FolderPath, $"{name}.sock");

    public string RecordOf(string name) => Path.Combine(FolderPath, $"{name}.json");

    /// <summary>The names of tunnels that have a socket here, running or not.</summary>
    public IReadOnlyList<string> Names() => [.. Directory.EnumerateFiles(FolderPath, "*.sock").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Writes the record whole or not at all.</summary>
    public void Save(SetupRecord record)
    {
        var path = RecordOf(record.Interface);
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, record.Write());
        File.Move(temporary, path, overwrite: true);
    }

    public void Forget(string name)
    {
        // The record goes last: who waits for the end looks at it.
        File.Delete(SocketOf(name));
        File.Delete(RecordOf(name));
    }

    /// <summary>Records whose process is gone. One that cannot be read is left where it is.</summary>
    public IEnumerable<SetupRecord> Abandoned()
    {
        foreach (var file in Directory.EnumerateFiles(FolderPath, "*.json"))
        {
            SetupRecord record;
            try
            {
                record = SetupRecord.Read(File.ReadAllBytes(file));
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (record.Interface == Path.GetFileNameWithoutExtension(file) && StartOf(record.ProcessId) != record.ProcessStart)
                yield return record;
        }
    }

    /// <summary>When a process started (proc(5), stat, field 22); 0 when there is none.</summary>
    public static ulong StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // The second field is the program's name in parentheses, which may hold anything.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The name of this process's network namespace.</summary>
    public static string CurrentNamespace() => new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
}
