using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Session;

/// <summary>Where a session stands, for people and for readiness.</summary>
/// <param name="State">Where.</param>
/// <param name="LoginUrl">To be opened by someone; empty unless it is needed.</param>
/// <param name="FailedStep">What failed last; null: nothing since the map was last here.</param>
/// <param name="Reason">Why it failed, without secrets; empty where nothing did.</param>
/// <param name="RetryAt">When it is tried again.</param>
internal sealed record ControlStatus(ControlState State, string LoginUrl, ControlStep? FailedStep, string Reason, Timestamp RetryAt)
{
    public static ControlStatus Stopped { get; } = new(ControlState.Stopped, "", null, "", Timestamp.Never);
}
