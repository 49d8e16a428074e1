using System.Net;

namespace Edge.Io;

/// <summary>How one address is reached.</summary>
internal interface IConnector
{
    /// <exception cref="DialException">There is no connection, and why.</exception>
    ValueTask<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation);
}
