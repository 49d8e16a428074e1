using Edge.Foundation.Keys;

namespace Edge.Lab.Control;

/// <summary>Who is at the other end of a channel: a feature of its connection.</summary>
/// <param name="Machine">Proven by the handshake.</param>
internal sealed record NoisePeer(KeyOf<MachineKind> Machine);
