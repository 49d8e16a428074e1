using Edge.Admin;
using Edge.Orb;
using Edge.Tests.Orb;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Admin;

/// <summary>A server in this process with its admin interface.</summary>
internal sealed class AdminRun : IAsyncDisposable
{
    private OrbRun _orb = null!;

    public PrivateListener Private { get; private set; } = null!;

    public OrbServer Server => _orb.Server;

    public OrbRun.LogLines Log => _orb.Log;

    /// <param name="servers">As for <see cref="OrbRun"/>.</param>
    /// <param name="configuration">The block <c>admin</c>.</param>
    /// <param name="state">The state folder; null: there is none.</param>
    /// <param name="limits">As for <see cref="OrbRun"/>.</param>
    public static async Task<AdminRun> Start(string servers, AdminConfiguration configuration, string? state, OrbLimits? limits = null)
    {
        var run = new AdminRun();
        run._orb = await OrbRun.Start(servers, limits, change: options => options with
        {
            Private = services => [run.Private = AdminInterface.Listen(configuration, services, new BuildIdentity("1.2.3", "abc"), name => name == "TS_STATE_DIR" ? state : null)],
        });
        return run;
    }

    public HttpClient Client(Version? version = null) => _orb.Client(version: version);

    public Task<string> Raw(string request) => _orb.Raw(request);

    public ValueTask DisposeAsync() => _orb.DisposeAsync();
}
