namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.ControlIPCandidate (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum CandidateField
{
    IP, ACEHost, DialStartDelaySec, DialTimeoutSec,
}
