namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.User and tailcfg.Login (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum UserField
{
    DisplayName, LoginName,
}
