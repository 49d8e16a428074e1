using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>Register: <see cref="Registered"/> or <see cref="Failed"/>. With a follow-up the answer can take as long as a person does.</summary>
internal sealed record SendRegister(int Attempt, RegisterRequest Request) : ControlAction(Attempt);
