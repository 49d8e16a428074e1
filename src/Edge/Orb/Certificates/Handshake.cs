namespace Edge.Orb.Certificates;

/// <summary>The site on whose terms a connection's handshake was made. A feature of every connection with TLS.</summary>
/// <param name="Site">By the name that the client asked for.</param>
/// <param name="HasName">Whether it asked for one.</param>
internal sealed record Handshake(Site Site, bool HasName)
{
    /// <summary>
    /// Whether a request for a site may come over this connection: the handshake was for that site, or for none by name and the site asks
    /// clients for nothing there. Otherwise it belongs on another connection (421, RFC 9110, section 15.5.20).
    /// </summary>
    public bool Covers(Site? site) => site == Site || (!HasName && site?.Tls is not { AsksClients: true });
}
