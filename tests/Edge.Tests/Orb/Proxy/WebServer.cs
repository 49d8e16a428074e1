using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Edge.Tests.Orb.Proxy;

/// <summary>A server on a port of the loopback, with one handler: an upstream, or what is in front of one.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _requests;

    private WebServer(WebApplication application) => _application = application;

    public int Port { get; private set; }

    public int Requests => Volatile.Read(ref _requests);

    public string Url { get; private set; } = "";

    public static async Task<WebServer> Start(
        RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2? certificate = null,
        ClientCertificateMode clients = ClientCertificateMode.NoCertificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (certificate is null) return;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = clients;
                    https.ClientCertificateValidation = static (_, _, _) => true;
                });
            });
        });
        var application = builder.Build();
        var server = new WebServer(application);
        application.Run(context =>
        {
            Interlocked.Increment(ref server._requests);
            return handler(context);
        });
        await application.StartAsync();
        server.Port = new Uri(application.Urls.First()).Port;
        server.Url = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{server.Port}";
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _application.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
        }
        await _application.DisposeAsync();
    }
}
