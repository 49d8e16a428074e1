using Edge.Io.Derp;
using Edge.Protocols.Derp;
using Edge.Tests.Derp;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>Keeps what a relay said, for tests to wait for.</summary>
internal sealed class DerpInbox : IDerpReceiver
{
    private readonly List<string> _messages = [];
    private readonly List<(Func<string, bool> Is, TaskCompletionSource<string> Came)> _waiting = [];

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_messages)
                return [.. _messages];
        }
    }

    public void Receive(DerpConnection connection, in DerpMessage message)
    {
        var text = FrameText.Of(message);
        lock (_messages)
        {
            _messages.Add(text);
            foreach (var waiter in _waiting.Where(waiter => waiter.Is(text)).ToList())
            {
                _waiting.Remove(waiter);
                waiter.Came.SetResult(text);
            }
        }
    }

    /// <summary>The first message, come or to come, that begins so.</summary>
    public Task<string> Next(string beginning)
    {
        var came = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_messages)
        {
            if (_messages.Find(text => text.StartsWith(beginning, StringComparison.Ordinal)) is { } found)
                return Task.FromResult(found);
            _waiting.Add((text => text.StartsWith(beginning, StringComparison.Ordinal), came));
        }
        return came.Task.WaitAsync(OrbRun.Limit);
    }
}
