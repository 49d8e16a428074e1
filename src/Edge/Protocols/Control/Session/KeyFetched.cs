using Edge.Foundation.Keys;

namespace Edge.Protocols.Control.Session;

/// <summary>The server told its key.</summary>
internal sealed record KeyFetched(int Attempt, KeyOf<MachineKind> ServerKey) : ControlEvent(Attempt);
