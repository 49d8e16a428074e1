namespace Edge.Protocols.Control.Json;

/// <summary>Fields of tailcfg.EarlyNoise (v1.96.5) that are read; each is named as in the JSON.</summary>
internal enum ChallengeField
{
    NodeKeyChallenge,
}
