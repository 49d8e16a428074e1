namespace Edge.Protocols.Control.Session;

/// <summary>What became of something that a session asked for.</summary>
/// <param name="Attempt">Of the action that it answers; what answers an older attempt is ignored.</param>
internal abstract record ControlEvent(int Attempt);
