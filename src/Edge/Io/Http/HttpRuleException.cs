namespace Edge.Io.Http;

/// <summary>A server that did not keep to HTTP; the message says how, and goes after the server's name.</summary>
internal sealed class HttpRuleException(string message) : IOException(message);
