namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.Service (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum ServiceField
{
    Proto, Port, Description,
}
