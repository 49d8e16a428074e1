namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.DisplayMessage (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum MessageField
{
    Title, Text, Severity, ImpactsConnectivity, PrimaryAction,
}
