using Edge.Foundation.Keys;

namespace Edge.Protocols.Control.Session;

/// <summary>Connect, and open the Noise channel: <see cref="Upgraded"/> or <see cref="Failed"/>.</summary>
/// <param name="Attempt">All that follows on this connection has it too.</param>
/// <param name="ServerKey">Whom the channel must be with.</param>
internal sealed record Dial(int Attempt, KeyOf<MachineKind> ServerKey) : ControlAction(Attempt);
