namespace Edge.Orb.Proxy;

/// <summary>A <c>ReverseProxy</c> that cannot be made as configured. The message says why and what to do.</summary>
internal sealed class UpstreamSetupException(string message, Exception? cause = null) : Exception(message, cause);
