namespace Edge.Protocols.Control.Session;

/// <summary>What a session wants done. Those who do it answer with a <see cref="ControlEvent"/> of the same attempt.</summary>
/// <param name="Attempt">Which connection it belongs to; 0: none.</param>
internal abstract record ControlAction(int Attempt);
