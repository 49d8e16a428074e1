namespace Edge.Io;

/// <summary>Connections to other hosts: over the host's sockets, or through a network's tunnel.</summary>
internal interface IDialler
{
    /// <summary>A stream to a TCP port. It is the caller's, to dispose.</summary>
    /// <param name="host">A name, or an address (IPv6 without brackets).</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="DialException">Which step failed, for which address, and why.</exception>
    ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation);
}
