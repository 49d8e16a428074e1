namespace Edge.Node.Status;

/// <summary>Something that changed in a network.</summary>
/// <param name="Time">When.</param>
/// <param name="Network">Its name in the configuration.</param>
/// <param name="Kind">`state`, `note`, `netmap`, `home`, `path` or `health`.</param>
/// <param name="Subject">What of the network: a peer's name; empty where it is the network itself.</param>
/// <param name="Text">How it stands now, for people; empty: what was said before holds no more.</param>
internal sealed record NetworkEvent(DateTimeOffset Time, string Network, string Kind, string Subject, string Text);
