using System.IO.MemoryMappedFiles;

namespace Edge.Fuzz;

/// <summary>
/// The input that is being run, in a file that outlives the process: a stack overflow leaves no other trace. An input that runs for
/// longer than <see cref="Limit"/> is a hang: the process ends and leaves the file.
/// </summary>
internal sealed class LastInput : IDisposable
{
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _watchdog;
    private long _started;

    public LastInput(string path)
    {
        _path = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, Mutator.MaxLength + sizeof(int));
        _view = _file.CreateViewAccessor();
        _watchdog = new Timer(_ => Watch(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Hundreds of times what the largest input takes.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    public void Write(byte[] input)
    {
        var length = Math.Min(input.Length, Mutator.MaxLength);
        _view.Write(0, length);
        _view.WriteArray(sizeof(int), input, 0, length);
        Volatile.Write(ref _started, Environment.TickCount64);
    }

    /// <summary>The input of a process that did not end well.</summary>
    public static byte[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes[sizeof(int)..(sizeof(int) + BitConverter.ToInt32(bytes))];
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private void Watch()
    {
        var started = Volatile.Read(ref _started);
        if (started == 0 || Environment.TickCount64 - started < Limit.TotalMilliseconds)
            return;
        _view.Flush();
        Console.Error.WriteLine($"A run takes more than {Limit.TotalSeconds} s. Its input is in {_path}: replay it with --replay-last.");
        Environment.Exit(1);
    }
}
