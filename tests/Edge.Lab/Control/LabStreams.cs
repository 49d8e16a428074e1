using System.Threading.Channels;

namespace Edge.Lab.Control;

/// <summary>The map streams that are open, and what tests want said on them.</summary>
internal sealed class LabStreams
{
    private readonly Lock _lock = new();
    private readonly List<(long Node, ChannelWriter<Func<LabStreamOutput, Task>> Work)> _open = [];

    /// <returns>What is to be said, in order, and whether it is the node's only stream.</returns>
    public (ChannelReader<Func<LabStreamOutput, Task>> Work, IDisposable Registration) Open(long node, Action<bool> online)
    {
        var work = Channel.CreateUnbounded<Func<LabStreamOutput, Task>>();
        lock (_lock)
        {
            _open.Add((node, work.Writer));
            online(true);
        }
        return (work.Reader, new Registration(this, node, work.Writer, online));
    }

    /// <returns>Streams of the node.</returns>
    public int Say(long node, Func<LabStreamOutput, Task> something)
    {
        lock (_lock)
            return _open.Count(open => open.Node == node && open.Work.TryWrite(something));
    }

    private sealed class Registration(LabStreams streams, long node, ChannelWriter<Func<LabStreamOutput, Task>> work, Action<bool> online) : IDisposable
    {
        public void Dispose()
        {
            lock (streams._lock)
            {
                streams._open.Remove((node, work));
                if (streams._open.All(open => open.Node != node))
                    online(false);
            }
        }
    }
}
