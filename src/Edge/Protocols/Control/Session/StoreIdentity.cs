using Edge.Foundation.Keys;

namespace Edge.Protocols.Control.Session;

/// <summary>
/// Keep this beside the machine key before what follows in the outbox is done: a node key that the server knows and we lost cannot be replaced.
/// </summary>
/// <param name="NodeKey">The session's; it lives until the next one of these, or the session's end.</param>
/// <param name="IsRegistered">The server knows it.</param>
/// <param name="ServerKey">For the next start; zero: not known.</param>
internal sealed record StoreIdentity(PrivateKey NodeKey, bool IsRegistered, KeyOf<MachineKind> ServerKey) : ControlAction(0);
