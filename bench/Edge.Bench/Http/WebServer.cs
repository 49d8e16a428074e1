using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Bench.Http;

/// <summary>
/// A server and its configuration: the same folder of files, the same certificate and the same upstream behind <c>/proxy/</c>, on a plain
/// port and one with TLS; two workers each.
/// </summary>
internal sealed record WebServer(string Name, string Program, IReadOnlyList<string> Arguments, string Folder, int Port, int TlsPort)
{
    public const int SmallSize = 1024;
    public const int LargeSize = 10 * 1024 * 1024;

    private const int Workers = 2;

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Writes the files that all of them serve, and the certificate.</summary>
    public static void WriteSite(string folder)
    {
        var site = Directory.CreateDirectory(Path.Combine(folder, "site")).FullName;
        var bytes = new byte[LargeSize];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(site, "1k.bin"), bytes[..SmallSize]);
        File.WriteAllBytes(Path.Combine(site, "10m.bin"), bytes);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bench.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    public static WebServer Edge(string program, string folder, int upstream)
    {
        var (port, tls) = (FreePort(), FreePort());
        var file = Path.Combine(folder, "server.pkl");
        File.WriteAllText(file, $$"""
            // Thirty lines, as a small site has them.
            amends "edge:serve/EdgeServer.pkl"

            local files = new StaticFiles {
              root = "./site"
              precompressed = false
            }

            local backend = new ReverseProxy {
              upstreams { "127.0.0.1:{{upstream}}" }
              timeout = 10.s
            }

            local all = new Listing<Route> {
              new { match = "/proxy/**"; handler = backend }
            }

            servers {
              ["127.0.0.1:{{port}}"] {
                routes = all
                handler = files
              }
              ["secure"] {
                listen { "127.0.0.1:{{tls}}" }
                tls { certFile = "./cert.pem"; keyFile = "./key.pem" }
                routes = all
                handler = files
              }
            }

            """);
        return new WebServer("edge", program, ["orb", "--config", file, "--log-level", "warn"], folder, port, tls);
    }

    public static WebServer Caddy(string folder, int upstream)
    {
        var (port, tls) = (FreePort(), FreePort());
        var file = Path.Combine(folder, "Caddyfile");
        string Site(string address, string terms) => $$"""
            {{address}} {
              {{terms}}
              handle /proxy/* {
                reverse_proxy 127.0.0.1:{{upstream}}
              }
              handle {
                root * {{folder}}/site
                file_server
              }
            }

            """;
        File.WriteAllText(file, $"{{\n  admin off\n  default_sni bench.test\n  auto_https off\n  log {{\n    level ERROR\n  }}\n  servers {{\n    protocols h1 h2\n  }}\n}}\n"
            + Site($"http://127.0.0.1:{port}, http://bench.test:{port}", "")
            + Site($"https://127.0.0.1:{tls}, https://bench.test:{tls}", $"tls {folder}/cert.pem {folder}/key.pem"));
        var server = new WebServer("caddy", "/usr/bin/caddy", ["run", "--config", file, "--adapter", "caddyfile"], folder, port, tls);
        server.Environment["GOMAXPROCS"] = Workers.ToString(CultureInfo.InvariantCulture);
        server.Environment["XDG_DATA_HOME"] = folder;
        server.Environment["XDG_CONFIG_HOME"] = folder;
        return server;
    }

    public static WebServer Nginx(string folder, int upstream)
    {
        var (port, tls) = (FreePort(), FreePort());
        return NginxOf("nginx", folder, port, tls, $$"""
              upstream backend { server 127.0.0.1:{{upstream}}; keepalive 64; }
              server {
                listen 127.0.0.1:{{port}} backlog=1024;
                listen 127.0.0.1:{{tls}} ssl http2 backlog=1024;
                ssl_certificate {{folder}}/cert.pem;
                ssl_certificate_key {{folder}}/key.pem;
                root {{folder}}/site;
                location /proxy/ { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
              }
            """);
    }

    /// <summary>The server behind the proxies: an nginx with the same files.</summary>
    public static WebServer Upstream(string folder)
    {
        var port = FreePort();
        return NginxOf("upstream", folder, port, 0, $$"""server { listen 127.0.0.1:{{port}} backlog=1024; root {{folder}}/site; location /proxy/ { alias {{folder}}/site/; } }""");
    }

    private static WebServer NginxOf(string name, string folder, int port, int tls, string http)
    {
        var file = Path.Combine(folder, $"{name}.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            pid {{folder}}/{{name}}.pid;
            error_log {{folder}}/{{name}}.log;
            worker_processes {{Workers}};
            worker_rlimit_nofile 8192;
            events { worker_connections 4096; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              keepalive_requests 1000000;
              client_body_temp_path {{folder}}/{{name}}-body;
              proxy_temp_path {{folder}}/{{name}}-proxy;
              fastcgi_temp_path {{folder}}/{{name}}-fastcgi;
              uwsgi_temp_path {{folder}}/{{name}}-uwsgi;
              scgi_temp_path {{folder}}/{{name}}-scgi;
              {{http}}
            }
            """);
        return new WebServer(name, "/usr/sbin/nginx", ["-c", file, "-p", folder, "-e", $"{folder}/{name}.log"], folder, port, tls);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
