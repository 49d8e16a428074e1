using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>Open the map stream and hand on all its bytes; its end, whatever it was, is a <see cref="Failed"/>.</summary>
internal sealed record OpenMap(int Attempt, MapRequest Request) : ControlAction(Attempt);
