namespace Edge.Protocols.Control.Session;

/// <summary>Close the connection of the attempt, and whatever is still under way for it.</summary>
internal sealed record Disconnect(int Attempt) : ControlAction(Attempt);
