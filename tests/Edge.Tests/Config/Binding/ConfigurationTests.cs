using System.Net;
using Edge.Foundation.Configuration;

namespace Edge.Tests.Config.Binding;

/// <summary>What configurations mean: shorthands, what names imply, what is inherited.</summary>
public sealed class ConfigurationTests
{
    [Test]
    public async Task An_empty_module_has_the_records_defaults()
    {
        var configuration = Sample.Read("// nothing\n");
        var defaults = new EdgeServer();
        await Assert.That(configuration.Tls).IsEqualTo(defaults.Tls);
        await Assert.That(configuration.Admin).IsEqualTo(defaults.Admin);
        await Assert.That(configuration.Logging).IsEqualTo(defaults.Logging);
        await Assert.That(configuration.Shutdown).IsEqualTo(defaults.Shutdown);
        await Assert.That(configuration.Servers.IsEmpty).IsTrue();
    }

    [Test]
    public async Task The_records_have_the_schemas_defaults()
    {
        var network = Sample.Read("""networks { ["n"] { tailscale {} } }""").Networks.Single().Value;
        var defaults = new Tailscale();
        await Assert.That(network.Tailscale!.Disco).IsEqualTo(defaults.Disco);
        await Assert.That(network.Tailscale.DataPlane).IsEqualTo(defaults.DataPlane);
        await Assert.That(network.Tailscale.Dns).IsEqualTo(defaults.Dns);
        await Assert.That(network.Tailscale.ControlUrl).IsEqualTo(defaults.ControlUrl);
        await Assert.That(network.Tunnel.ListenPort).IsEqualTo(new Tunnel().ListenPort);
    }

    [Test]
    [Arguments("""amends "edge:serve/EdgeServer.pkl" """)]
    [Arguments("""amends "elide:serve/ElideServer.pkl" """)]
    [Arguments("")]
    [Arguments("module my.config")]
    public async Task A_file_amends_the_schema_whether_it_says_so_or_not(string header)
    {
        var block = Sample.Read(header + "\nservers { [\":8080\"] { handler = new Respond { body = \"hi\" } } }").Servers.Single().Value;
        await Assert.That(((Respond)block.Handler).Body).IsEqualTo("hi");
    }

    [Test]
    [Arguments("a.example.com", ":443", "a.example.com", true)]
    [Arguments("*.example.com", ":443", "*.example.com", true)]
    [Arguments("A.Example.com", ":443", "a.example.com", true)]
    [Arguments(":8080", ":8080", "", false)]
    [Arguments("127.0.0.1:8080", "127.0.0.1:8080", "", false)]
    [Arguments("[::1]:8080", "[::1]:8080", "", false)]
    [Arguments("a.example.com:8443", "a.example.com:8443", "", false)]
    [Arguments("unix:/run/edge.sock", "unix:/run/edge.sock", "", false)]
    [Arguments("internal", "", "", false)]
    public async Task A_blocks_name_says_where_it_listens(string key, string listen, string domains, bool hasTls)
    {
        var block = Block($$"""servers { ["{{key}}"] {} }""");
        await Assert.That(string.Join(",", block.Listen)).IsEqualTo(listen);
        await Assert.That(string.Join(",", block.Domains)).IsEqualTo(domains);
        await Assert.That(block.Tls is not null).IsEqualTo(hasTls);
    }

    [Test]
    public async Task What_a_block_says_wins_over_its_name()
    {
        var block = Block("""servers { ["a.example.com"] { listen { ":8443" }; domains { "b.example.com"; "c.example.com" } } }""");
        await Assert.That(block.Listen.Single().Port).IsEqualTo(8443);
        await Assert.That(block.Domains.AsEnumerable()).IsEquivalentTo(["b.example.com", "c.example.com"]);
        await Assert.That(block.Tls).IsNotNull();
    }

    [Test]
    public async Task A_blocks_tls_inherits_what_it_does_not_set()
    {
        var configuration = Sample.Read(
            """
            tls { acmeEmail = "ops@example.com"; minVersion = "1.3"; certFile = "/a.pem"; keyFile = "/a.key" }
            servers {
              ["a.example.com"] {}
              ["b.example.com"] { tls { minVersion = "1.2" } }
              ["c.example.com"] { tls { certFile = "/c.pem"; keyFile = "/c.key" } }
              [":8080"] {}
            }
            """);
        var tls = configuration.Servers.ToDictionary(s => s.Key, s => s.Value.Tls);
        await Assert.That(tls["a.example.com"]).IsEqualTo(configuration.Tls);
        await Assert.That(tls["b.example.com"]).IsEqualTo(configuration.Tls with { MinVersion = TlsVersion.V1_2 });
        await Assert.That(tls["c.example.com"]).IsEqualTo(configuration.Tls with { CertFile = "/c.pem", KeyFile = "/c.key" });
        await Assert.That(tls[":8080"]).IsNull();
    }

    [Test]
    public async Task Tls_without_any_source_of_certificates_is_none() =>
        await Assert.That(Block("""servers { ["a.example.com"] { tls { auto = false } } }""").Tls).IsNull();

    [Test]
    public async Task Plain_values_stand_for_objects()
    {
        var block = Block(
            """
            servers {
              [":80"] {
                routes {
                  new { match = "/a"; handler = 204 }
                  new { match { path = "/b"; host = "*.example.com"; methods { "GET"; "HEAD" } }; handler = new Redirect { to = "/c" } }
                  new { match {}; handler = new ReverseProxy { upstreams { "x:1"; new { address = "y:2"; weight = 3 }; new Upstream { address = "https://z" } } } }
                }
                handler = 503
              }
            }
            """);
        await Assert.That(block.Handler).IsEqualTo(new Respond { Status = 503 });
        await Assert.That(block.Routes[0].Match).IsEqualTo(new RouteMatch { Path = "/a" });
        await Assert.That(block.Routes[0].Handler).IsEqualTo(new Respond { Status = 204 });
        await Assert.That(block.Routes[1].Match.Host!.Value.Single()).IsEqualTo("*.example.com");
        await Assert.That(block.Routes[1].Match.Methods!.Value.AsEnumerable()).IsEquivalentTo(["GET", "HEAD"]);
        await Assert.That(block.Routes[1].Handler).IsEqualTo(new Redirect { To = "/c" });
        await Assert.That(block.Routes[2].Match).IsEqualTo(new RouteMatch());
        await Assert.That(((ReverseProxy)block.Routes[2].Handler).Upstreams.Select(u => $"{u.Address} {u.Weight}"))
            .IsEquivalentTo(["http://x:1 1", "http://y:2 3", "https://z:443 1"]);
    }

    [Test]
    public async Task Middleware_keeps_its_order_and_kind()
    {
        var middleware = Sample.Read(
            """
            middleware {
              new RequestId {}
              new AccessLog { format = "json"; output = "logs/access.log" }
              new SecurityHeaders { hstsMaxAge = null; frameOptions = "DENY" }
              new Compress { minSize = 2.kib; level = "smallest" }
              new RateLimit { requests = 10; window = 1.min; key = "header"; header = "X-Api-Key" }
              new Cors { allowOrigins { "https://app.example.com" }; allowCredentials = true }
              new Headers { response { set { ["X-A"] = "b" }; remove { "Server" } } }
              new BasicAuth { users { ["joe"] = env("JOE") } }
              new Rewrite { stripPrefix = "/api" }
              new BodyLimit { maxSize = 1.5.mib }
              new TailscaleAuth { allow { "tag:ci"; "*@example.com" } }
              new ErrorPage { body = "{status}" }
              new IpFilter { deny { "10.0.0.0/8"; "::1" } }
              new ConnectionLimit { maxPerClient = 5 }
              new JwtAuth { jwksUrl = "https://id.example.com/keys"; algorithms { "ES384" } }
            }
            """,
            ("JOE", "hunter2")).Middleware;
        await Assert.That(middleware.Select(m => m.GetType().Name)).IsEquivalentTo(
            ["RequestId", "AccessLog", "SecurityHeaders", "Compress", "RateLimit", "Cors", "Headers", "BasicAuth", "Rewrite", "BodyLimit",
             "TailscaleAuth", "ErrorPage", "IpFilter", "ConnectionLimit", "JwtAuth"], TUnit.Assertions.Enums.CollectionOrdering.Matching);
        await Assert.That(((AccessLog)middleware[1]).Format).IsEqualTo(AccessLogFormat.Json);
        await Assert.That(((AccessLog)middleware[1]).Output).EndsWith("/logs/access.log");
        await Assert.That(middleware[2]).IsEqualTo(new SecurityHeaders { HstsMaxAge = null, FrameOptions = FrameOptions.Deny });
        await Assert.That(((Compress)middleware[3]).MinSize).IsEqualTo(2048);
        await Assert.That(((BasicAuth)middleware[7]).Users.Single().Value.Reveal()).IsEqualTo("hunter2");
        await Assert.That(((BodyLimit)middleware[9]).MaxSize).IsEqualTo(1572864);
        await Assert.That(((IpFilter)middleware[12]).Deny.AsEnumerable()).IsEquivalentTo([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::1/128")]);
        await Assert.That(((JwtAuth)middleware[14]).Algorithms.Single()).IsEqualTo(JwtAlgorithm.ES384);
    }

    [Test]
    public async Task Wireguard_networks_claim_their_peers_ranges()
    {
        var tunnel = Sample.Read(
            """
            networks {
              ["dc"] {
                wireguard {
                  privateKey = env("KEY")
                  addresses { "10.200.0.2/24" }
                  peers {
                    new { publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="; endpoint = "vpn.example.com:51820"; allowedIps { "10.200.0.0/24" } }
                    new { publicKey = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="; allowedIps { "10.201.0.7" }; persistentKeepalive = 25.s }
                  }
                }
              }
            }
            """,
            ("KEY", "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=")).Networks.Single().Value.Tunnel;
        await Assert.That(tunnel.TailnetRanges.AsEnumerable()).IsEquivalentTo([IPNetwork.Parse("10.200.0.0/24"), IPNetwork.Parse("10.201.0.7/32")]);
    }

    [Test]
    public async Task State_in_memory_makes_a_node_ephemeral() =>
        await Assert.That(Sample.Read("""networks { ["n"] { tailscale { stateDir = "mem:" } } }""").Networks.Single().Value.Tailscale!.Ephemeral).IsTrue();

    [Test]
    public async Task Pkl_computes_what_is_configured()
    {
        var servers = Sample.Read(
            """
            local function site(name: String): ServerBlock = new { domains { "\(name).example.com" }; listen { ":443" }; tls {} }
            local names = List("a", "b")
            servers {
              for (n in names) { ["site-\(n)"] = site(n) }
              when (read("env:EXTRA") == "yes") { ["c.example.com"] { handler = 204 } }
            }
            """,
            ("EXTRA", "yes")).Servers;
        await Assert.That(servers.Select(s => s.Key + "=" + s.Value.Domains[0])).IsEquivalentTo(
            ["site-a=a.example.com", "site-b=b.example.com", "c.example.com=c.example.com"]);
    }

    private static ServerBlock Block(string text) => Sample.Read(text).Servers.Single().Value;
}
