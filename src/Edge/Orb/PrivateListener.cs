using System.Net;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>A listener without TLS that serves no site of the configuration. It closes last, so that it tells about the end as well.</summary>
/// <param name="Name">What it is, for the log.</param>
/// <param name="Address">Where. A Unix socket's file is for its owner only (0600).</param>
/// <param name="Handler">What answers every request there.</param>
internal sealed record PrivateListener(string Name, ListenAddress Address, RequestDelegate Handler)
{
    /// <summary>Whether a connection is let in; null: all are. Asked once for each connection, before any byte is read.</summary>
    public Func<ConnectionContext, bool>? Admits { get; init; }

    /// <summary>Whether the server runs without it where it cannot be opened; that is said in the log.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Where it is bound; null before that.</summary>
    public EndPoint? Bound { get; set; }
}
