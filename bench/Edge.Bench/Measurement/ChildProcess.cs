using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Edge.Bench.Measurement;

/// <summary>
/// Runs a program to its end with its streams on <c>/dev/null</c> and measures it. <c>posix_spawn</c> and <c>wait4</c> are called directly:
/// <see cref="Process"/> adds threads and milliseconds of its own, and cannot tell a finished child's usage.
/// </summary>
internal static unsafe partial class ChildProcess
{
    private const string Time = "/usr/bin/time";

    // Larger than glibc's and musl's on every architecture.
    private const int FileActionsSize = 512;

    private const int ReadOnly = 0;
    private const int WriteOnly = 1;

    /// <summary>Wall and processor time from just before the spawn until the exit is known.</summary>
    public static Usage Run(Command command)
    {
        var began = Stopwatch.GetTimestamp();
        var id = Spawn(command.Program, [command.Program, .. command.Arguments], command.Environment, output: "/dev/null");
        int status;
        var usage = default(ResourceUsage);
        while (wait4(id, &status, 0, &usage) < 0)
        {
            if (Marshal.GetLastPInvokeError() != 4 /* EINTR */)
                throw new Win32Exception();
        }
        var wall = Stopwatch.GetElapsedTime(began);
        return new Usage(wall, usage.User.ToTimeSpan() + usage.System.ToTimeSpan(), ExitCode(status));
    }

    /// <summary>
    /// The child's peak resident memory in KiB, by <c>time -f %M</c>. A child's own <c>ru_maxrss</c> would not do: it starts from what the
    /// spawning process had resident, and this one is larger than what it measures.
    /// </summary>
    public static long PeakResidentKiB(Command command)
    {
        if (!File.Exists(Time))
            throw new FileNotFoundException("GNU time measures the memory: install the package `time`", Time);
        var report = Path.GetTempFileName();
        try
        {
            var timed = command with { Program = Time, Arguments = ["-f", "%M", "-o", report, command.Program, .. command.Arguments] };
            var usage = Run(timed);
            var last = File.ReadLines(report).Last();
            return usage.ExitCode == 0 ? long.Parse(last, System.Globalization.CultureInfo.InvariantCulture) : throw new InvalidOperationException($"{command.Name} exited with {usage.ExitCode}");
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string output)
    {
        using var argv = new StringArray(arguments);
        using var envp = new StringArray(environment.Select(variable => $"{variable.Key}={variable.Value}"));
        var actions = stackalloc byte[FileActionsSize];
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", ReadOnly, 0));
        Check(posix_spawn_file_actions_addopen(actions, 1, output, WriteOnly, 0));
        Check(posix_spawn_file_actions_addopen(actions, 2, "/dev/null", WriteOnly, 0));
        int id;
        var error = posix_spawn(&id, program, actions, null, argv.Pointer, envp.Pointer);
        Check(posix_spawn_file_actions_destroy(actions));
        return error == 0 ? id : throw new Win32Exception(error, $"{program}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    // As a shell says it: 128 + N for a child that signal N ended.
    private static int ExitCode(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(int* id, string path, byte* fileActions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int wait4(int id, int* status, int options, ResourceUsage* usage);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;

        public readonly TimeSpan ToTimeSpan() => TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMicroseconds(Microseconds);
    }

    /// <summary><c>struct rusage</c>: two times and fourteen longs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceUsage
    {
        public TimeValue User;
        public TimeValue System;
        public fixed long Rest[14];
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class StringArray : IDisposable
    {
        private readonly byte** _pointers;
        private readonly int _count;

        public StringArray(IEnumerable<string> strings)
        {
            var all = strings.ToList();
            _count = all.Count;
            _pointers = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
                _pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        }

        public byte** Pointer => _pointers;

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)_pointers[i]);
            NativeMemory.Free(_pointers);
        }
    }
}

/// <summary>What one run took.</summary>
internal readonly record struct Usage(TimeSpan Wall, TimeSpan Processor, int ExitCode);
