using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>Connect, and open the Noise channel: <see cref="Upgraded"/> or <see cref="Failed"/>.</summary>
/// <param name="Attempt">All that follows on this connection has it too.</param>
/// <param name="ServerKey">Whom the channel must be with.</param>
/// <param name="Plan">Where the server has said that it is; where none of them answers, and where there are none, its name is looked up.</param>
internal sealed record Dial(int Attempt, KeyOf<MachineKind> ServerKey, ValueList<ControlCandidate> Plan) : ControlAction(Attempt);
