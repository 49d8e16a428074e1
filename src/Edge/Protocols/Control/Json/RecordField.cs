namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DNSRecord (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum RecordField
{
    Name, Type, Value,
}
