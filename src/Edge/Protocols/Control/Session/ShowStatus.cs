namespace Edge.Protocols.Control.Session;

/// <summary>The session stands elsewhere.</summary>
internal sealed record ShowStatus(ControlStatus Status) : ControlAction(0);
