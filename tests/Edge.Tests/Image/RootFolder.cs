using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Edge.Tests.Image;

/// <summary>What a process that ran in a <see cref="RootFolder"/> left.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>The state and text of one check in the document of <c>check --system --json</c>.</summary>
    public (string State, string Text) Check(string name)
    {
        if (Output.Length == 0)
            throw new InvalidOperationException($"no document; exit code {ExitCode}; standard error: {Error}");
        using JsonDocument document = JsonDocument.Parse(Output);
        JsonElement found = document.RootElement.GetProperty("checks").EnumerateArray().Last(c => c.GetProperty("name").GetString() == name);
        string advice = found.TryGetProperty("advice", out JsonElement text) ? $" | {text.GetString()}" : "";
        return (found.GetProperty("state").GetString()!, found.GetProperty("detail").GetString() + advice);
    }
}

/// <summary>
/// A copy of a folder that becomes the whole file system of the processes started in it: nothing of this machine but its kernel, in a
/// network namespace, as the image's user; less than any container engine gives (no /proc, of /dev only urandom, or not even that).
/// The copy is removed at the end; its mounts die with the process that made them.
/// </summary>
internal sealed class RootFolder : IDisposable
{
    private const string ImageUser = "65532:65532";
    private const string RandomDevice = "/dev/urandom";

    private RootFolder(string path) => Location = path;

    public string Location { get; }

    /// <summary>Why such a folder cannot be had on this machine; null when it can.</summary>
    public static string? Obstacle
    {
        get
        {
            if (!Environment.IsPrivilegedProcess)
                return "needs root for unshare, mount and chroot";
            try
            {
                new NetworkNamespace().Dispose();
                return null;
            }
            catch (Win32Exception e)
            {
                return $"this machine allows no network namespace: {e.Message}";
            }
        }
    }

    /// <summary>The image as <c>scripts/image</c> left it; the test is skipped where there is none.</summary>
    public static string Image()
    {
        string image = Repository.PathOf("artifacts", "image", "root");
        Skip.Unless(Directory.Exists(image), "artifacts/image/root is missing: run scripts/image");
        return image;
    }

    public static RootFolder OfImage()
    {
        string image = Image();
        RootFolder root = Make(folder => Execute("/bin/cp", ["-a", image + "/.", folder]));
        root.Write(RandomDevice, "");
        return root;
    }

    /// <summary>One executable in an otherwise empty folder, as /edge.</summary>
    public static RootFolder OfExecutable(string path) => Make(folder =>
    {
        Execute("/bin/chmod", ["755", folder]);
        CopyExecutable(path, System.IO.Path.Combine(folder, "edge"));
    });

    /// <summary>The same with the libsodium.so beside it and the C library that the loader wants, each where this machine has it; no OpenSSL.</summary>
    public static RootFolder OfExecutableAndLibraries(string path) => Make(folder =>
    {
        Execute("/bin/chmod", ["755", folder]);
        CopyExecutable(path, System.IO.Path.Combine(folder, "edge"));
        CopyExecutable(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "libsodium.so"), System.IO.Path.Combine(folder, "libsodium.so"));
        // ldd prints "name => /path (address)", and "/path (address)" of the loader itself.
        Execute("/bin/sh", ["-ec", "for file in $(ldd \"$1\" | grep -o '/[^ ]*'); do mkdir -p \"$2/${file%/*}\"; cp -L \"$file\" \"$2/$file\"; done", "sh", path, folder]);
    });

    /// <summary>
    /// Copies a file that is to be run. The copy is written by another process: a child that this one forks meanwhile would hold the file open
    /// for writing until its own exec, and running the file would fail (ETXTBSY).
    /// </summary>
    public static void CopyExecutable(string from, string to) => Execute("/bin/cp", [from, to]);

    public void Write(string path, string text)
    {
        string full = System.IO.Path.Combine(Location, path.TrimStart('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Delete(string path) => File.Delete(System.IO.Path.Combine(Location, path.TrimStart('/')));

    /// <summary>Runs a program of the folder with these variables and no others.</summary>
    public async Task<Outcome> Run(NetworkNamespace network, string[] command, bool isReadOnly = false, params (string Name, string Value)[] environment)
    {
        using Process process = Start(network, command, isReadOnly, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', command)} did not end within a minute");
        }
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program of the folder with these variables and no others; its number is the process's own.</summary>
    public Process Start(NetworkNamespace network, string[] command, bool isReadOnly = false, params (string Name, string Value)[] environment)
    {
        const string Enter = """
            mount --bind "$1" "$1"
            [ ! -e "$1/dev/urandom" ] || mount --bind /dev/urandom "$1/dev/urandom"
            [ "$2" = rw ] || mount -o remount,bind,ro "$1"
            user=$3 root=$1
            shift 3
            exec chroot --userspec="$user" "$root" "$@"
            """;
        var start = new ProcessStartInfo("/usr/bin/unshare")
        {
            ArgumentList = { "--mount", "--", "/bin/sh", "-ec", Enter, "sh", Location, isReadOnly ? "ro" : "rw", ImageUser },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string word in command)
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        return network.Run(() => Process.Start(start)!);
    }

    public void Dispose() => Directory.Delete(Location, recursive: true);

    private static RootFolder Make(Action<string> fill)
    {
        Skip.When(Obstacle is not null, Obstacle ?? "");
        var root = new RootFolder(Directory.CreateTempSubdirectory("edge-root-").FullName);
        try
        {
            fill(root.Location);
            return root;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    private static void Execute(string program, string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
