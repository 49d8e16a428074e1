namespace Edge.Protocols.Control.Session;

/// <summary>The server wants people to see this page.</summary>
internal sealed record ShowPage(string Url) : ControlAction(0);
