namespace Edge.Orb.Proxy;

/// <summary>Asks one upstream, in one version of HTTP.</summary>
internal interface IUpstreamClient
{
    /// <returns>The response, once its header is there. The caller's, to dispose.</returns>
    /// <exception cref="IOException">There is no connection, or no response; what says why is <see cref="Io.Http.HttpFault"/>.</exception>
    /// <exception cref="HttpRequestException">As that.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; so is the response's body, as long as it is read.</exception>
    ValueTask<UpstreamResponse> Send(UpstreamRequest request, CancellationToken cancellation);
}
