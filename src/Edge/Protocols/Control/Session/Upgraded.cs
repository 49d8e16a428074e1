namespace Edge.Protocols.Control.Session;

/// <summary>The connection is there, and Noise and HTTP/2 are open in it.</summary>
internal sealed record Upgraded(int Attempt) : ControlEvent(Attempt);
