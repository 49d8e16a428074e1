using System.Net;
using Edge.Foundation.Configuration;
using Edge.Io.Names;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>Answers names for other programs of this host: `dns { forwarder = "127.0.0.1:53" }`. Where several networks name one address it answers for all of them.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="server">Answers.</param>
/// <param name="options">Those of the networks.</param>
internal sealed class LocalNames(HostPort address, INameServer server, NetworkOptions options) : IAsyncDisposable
{
    private readonly ILogger _log = options.Logs.CreateLogger("network");
    private readonly List<NameListener> _listeners = [];

    public HostPort Address => address;

    /// <summary>Where it is bound; null before that, or where it could not be.</summary>
    public IPEndPoint? Bound => _listeners.Count > 0 ? _listeners[0].Address : null;

    /// <summary>Why it does not answer; null: it does, or was not opened yet.</summary>
    public string? Fault { get; private set; }

    /// <summary>Opens it. What keeps it from listening is said in the log, and everything else goes on.</summary>
    public async Task Start()
    {
        try
        {
            var listening = address.ToString();
            IReadOnlyList<IPAddress> addresses = address.Address is { } literal ? [literal] : await options.Resolver.Resolve(address.Host, CancellationToken.None);
            foreach (var one in addresses)
            {
                _listeners.Add(NameListener.Open(new IPEndPoint(one, address.Port), server, options.Time));
                if (!IPAddress.IsLoopback(one))
                    _log.NamesOpen(listening);
            }
            _log.NamesUp(listening);
        }
        catch (IOException failure)
        {
            Fault = failure.Message;
            _log.NamesNotUp(failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
    }
}
