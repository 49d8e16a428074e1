namespace Edge.Io.Control;

/// <summary>One way to a control server.</summary>
internal sealed record ControlRoute(int Port, bool IsTls);
