using Edge.Foundation.Keys;

namespace Edge.Protocols.Control.Messages;

/// <summary>The server's answer to `GET /key` (tailcfg.OverTLSPublicKeyResponse, v1.96.5).</summary>
/// <param name="ServerKey">Of the Noise channel; zero: the server is too old to have one.</param>
internal sealed record KeyResponse(KeyOf<MachineKind> ServerKey);
