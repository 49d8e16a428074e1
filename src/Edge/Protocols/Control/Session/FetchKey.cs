namespace Edge.Protocols.Control.Session;

/// <summary>Ask for the server's key, over verified TLS: <see cref="KeyFetched"/> or <see cref="Failed"/>.</summary>
internal sealed record FetchKey(int Attempt) : ControlAction(Attempt);
