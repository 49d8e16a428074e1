namespace Edge.Tests.Io.Control;

/// <summary>The control server that others wrote.</summary>
internal sealed class HeadscaleServer : IControlServer
{
    private readonly Headscale _headscale;

    private HeadscaleServer(Headscale headscale) => _headscale = headscale;

    public Uri Url => _headscale.Url;

    public string AuthKey => _headscale.AuthKey;

    public static async Task<HeadscaleServer> Start(CancellationToken cancellation) => new(await Headscale.Start(cancellation));

    public Task LetIn(string url) => _headscale.Command("auth", "register", "--user", "alice", "--auth-id", url[(url.LastIndexOf('/') + 1)..]);

    public async Task<bool> Knows(string name) => (await _headscale.Command("nodes", "list", "-o", "json")).Contains(name, StringComparison.Ordinal);

    public ValueTask DisposeAsync()
    {
        _headscale.Dispose();
        return ValueTask.CompletedTask;
    }
}
