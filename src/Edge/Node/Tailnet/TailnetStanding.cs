namespace Edge.Node.Tailnet;

/// <summary>Where a node stands.</summary>
/// <param name="State">In a word.</param>
/// <param name="Reason">Why it is not running, or what is wrong with the control server while it is; null: nothing.</param>
/// <param name="LoginUrl">To be opened by someone; null unless it is needed.</param>
/// <param name="IsRefused">The control server will not have the node; it is asked again all the same.</param>
internal sealed record TailnetStanding(TailnetState State, string? Reason, string? LoginUrl, bool IsRefused)
{
    public static TailnetStanding Starting { get; } = new(TailnetState.Starting, "it is starting", null, false);
}
