using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Edge.Orb;

/// <summary>
/// Kestrel as its own registrations put it together, without a web host around it. A host would add configuration, environments and
/// generic options, which a container builds by reflection while a client waits: two fifths of the time to the first answer.
/// </summary>
internal sealed class KestrelServices : IWebHostBuilder
{
    private readonly ServiceCollection _services = [];

    /// <param name="logs">What Kestrel logs to.</param>
    public KestrelServices(ILoggerFactory logs)
    {
        this.UseKestrelCore();
        _services.AddSingleton(logs);
        _services.AddSingleton<IMeterFactory, OwnMeters>();
        // What it tells of bad requests in a debugger's ear; nobody listens.
        _services.AddSingleton<DiagnosticSource>(_ => new DiagnosticListener("Microsoft.AspNetCore"));
    }

    /// <summary>Adds a service beside or in place of Kestrel's own.</summary>
    public void Add<T>(T service)
        where T : class => _services.AddSingleton(service);

    /// <summary>What its options are, after what Kestrel itself says of them.</summary>
    public void Configure<T>(Action<T> configure)
        where T : class, new()
    {
        _services.AddSingleton(provider =>
        {
            var options = new T();
            foreach (var own in provider.GetServices<IConfigureOptions<T>>())
                own.Configure(options);
            configure(options);
            return Options.Create(options);
        });
    }

    /// <returns>What owns the server and all of its services.</returns>
    public ServiceProvider Build(out IServer server)
    {
        var provider = _services.BuildServiceProvider();
        server = provider.GetRequiredService<IServer>();
        return provider;
    }

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
    {
        configureServices(new WebHostBuilderContext(), _services);
        return this;
    }

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;

#pragma warning disable ASPDEPR008 // The builder is the only way to these registrations; the host that it could build is obsolete.
    IWebHost IWebHostBuilder.Build() => throw new NotSupportedException("there is no host, only a server");
#pragma warning restore ASPDEPR008

    private sealed class OwnMeters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            lock (_meters)
                _meters.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (var meter in _meters)
                meter.Dispose();
        }
    }
}
