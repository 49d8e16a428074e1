namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.ControlDialPlan (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum PlanField
{
    Candidates,
}
