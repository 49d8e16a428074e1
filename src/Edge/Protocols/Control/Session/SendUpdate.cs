using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>Tell the server about this node, beside the stream: <see cref="Updated"/> or <see cref="Failed"/>.</summary>
internal sealed record SendUpdate(int Attempt, MapRequest Request) : ControlAction(Attempt);
