namespace Edge.Protocols.Control.Session;

/// <summary>The server took an update.</summary>
internal sealed record Updated(int Attempt) : ControlEvent(Attempt);
