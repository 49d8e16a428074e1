using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>The server answered a registration.</summary>
internal sealed record Registered(int Attempt, RegisterResponse Response) : ControlEvent(Attempt);
