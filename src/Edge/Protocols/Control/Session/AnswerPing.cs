using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>The server asks for an answer to its ping. It was not asked before.</summary>
internal sealed record AnswerPing(int Attempt, PingRequest Ping) : ControlAction(Attempt);
