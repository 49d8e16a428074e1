namespace Edge.Io.Polling;

/// <summary>A loop for each processor; sockets are given to one after the other.</summary>
internal sealed class SocketLoops : IDisposable
{
    private readonly SocketLoop[] _loops;
    private int _next;

    /// <param name="name">Of their threads.</param>
    public SocketLoops(string name)
    {
        _loops = new SocketLoop[Environment.ProcessorCount];
        for (var i = 0; i < _loops.Length; i++)
            _loops[i] = new SocketLoop($"{name} {i}");
    }

    public SocketLoop Next() => _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length];

    public void Dispose()
    {
        foreach (var loop in _loops)
            loop.Dispose();
    }
}
