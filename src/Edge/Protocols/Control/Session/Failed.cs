namespace Edge.Protocols.Control.Session;

/// <summary>Something did not work, or a connection that did ended.</summary>
/// <param name="Attempt">Of the action.</param>
/// <param name="Step">What failed.</param>
/// <param name="Status">The HTTP status; 0: there was no answer.</param>
/// <param name="RetryAfter">What the server asked for; null: nothing.</param>
/// <param name="Reason">For people; cut to 200 characters.</param>
internal sealed record Failed(int Attempt, ControlStep Step, int Status, TimeSpan? RetryAfter, string Reason) : ControlEvent(Attempt);
