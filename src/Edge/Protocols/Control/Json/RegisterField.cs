namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.RegisterResponse (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum RegisterField
{
    User, Login, NodeKeyExpired, MachineAuthorized, AuthURL, Error,
}
