namespace Edge.Io.Control;

/// <summary>The server was reached, and is not who it must be, or will not have us.</summary>
internal sealed class ControlHandshakeException(string message) : IOException(message);
