namespace Edge.Admin;

/// <summary>A running server could not be asked; the message says where and why.</summary>
internal sealed class AdminException(string message, Exception? inner = null) : Exception(message, inner);
