namespace Edge.Foundation.Netmap;

/// <summary>Something that the server wants people to read.</summary>
/// <param name="Id">Of the server's choosing; of what an older server sends as a mere text: derived from it.</param>
/// <param name="Title">One line.</param>
/// <param name="Text">The whole.</param>
/// <param name="Severity">`high`, `medium`, `low` or empty.</param>
/// <param name="ImpactsConnectivity">Something may not be reached because of it.</param>
/// <param name="ActionUrl">Where something can be done about it; empty: nowhere.</param>
/// <param name="ActionLabel">What to call that.</param>
internal sealed record DisplayMessage(string Id, string Title, string Text, string Severity, bool ImpactsConnectivity, string ActionUrl, string ActionLabel);
