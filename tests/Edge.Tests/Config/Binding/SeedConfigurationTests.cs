using Edge.Foundation.Configuration;

namespace Edge.Tests.Config.Binding;

/// <summary>Every Pkl block of the document that the product answers, and what it means.</summary>
public sealed class SeedConfigurationTests
{
    [Test]
    public async Task Derp_relay()
    {
        var configuration = Sample.Read(
            """
            networks {
              ["corp"] {
                tailscale {
                  direct = true
                  authKey = env("TS_KEY")
                  derp {
                    server = true
                    serverPort = 3478
                    customRelays { "https://derp.internal.example.com:443" }
                  }
                }
              }
            }
            """,
            ("TS_KEY", "tskey-auth-1"));
        var tailscale = Network(configuration, "corp").Tailscale!;
        await Assert.That(tailscale.Direct).IsTrue();
        await Assert.That(tailscale.AuthKey!.Reveal()).IsEqualTo("tskey-auth-1");
        await Assert.That(tailscale.Derp.Server).IsTrue();
        await Assert.That(tailscale.Derp.ServerPort).IsEqualTo(3478);
        await Assert.That(tailscale.Derp.CustomRelays.Single()).IsEqualTo(new Uri("https://derp.internal.example.com:443"));
        await Assert.That(tailscale.Derp.VerifyClients).IsTrue();
    }

    [Test]
    public async Task Multi_network_orchestration()
    {
        var configuration = Sample.Read(
            """
            amends "elide:serve/ElideServer.pkl"

            networks {
              // Production tailnet with standalone mode
              ["production"] {
                tailscale {
                  direct = true
                  authKey = env("TS_PROD_KEY")
                  disco { heartbeatInterval = 2.s; reprobeInterval = 25.s }
                  dataPlane { mtu = 1280; bufferPoolSize = 256 }
                }
                tunnel {
                  bridgeInbound = true
                  bridgeOutbound = true
                  listenPort = 443
                }
              }

              // Office VPN via raw WireGuard
              ["office-vpn"] {
                wireguard { configFile = "./wg-office.conf" }
                tunnel { bridgeOutbound = true }
              }

              // Staging tailnet via Headscale
              ["staging"] {
                tailscale {
                  direct = true
                  authKey = env("TS_STAGING_KEY")
                  controlUrl = "https://headscale.staging.example.com"
                }
                tunnel { bridgeInbound = true }
              }
            }

            servers {
              ["api.example.com"] {
                handler = new ReverseProxy {
                  // reached through the office VPN
                  upstreams { "office-backend.internal:8080" }
                }
              }
            }
            """,
            ("TS_PROD_KEY", "p"), ("TS_STAGING_KEY", "s"));
        await Assert.That(configuration.Networks.Select(n => n.Key)).IsEquivalentTo(["production", "office-vpn", "staging"], TUnit.Assertions.Enums.CollectionOrdering.Matching);
        var production = Network(configuration, "production");
        await Assert.That(production.Wireguard).IsNull();
        await Assert.That(production.Tailscale!.Disco.ReprobeInterval).IsEqualTo(TimeSpan.FromSeconds(25));
        await Assert.That(production.Tailscale.DataPlane.BufferPoolSize).IsEqualTo(256);
        await Assert.That(string.Join(" ", production.Tunnel.TailnetRanges)).IsEqualTo("100.64.0.0/10 fd7a:115c:a1e0::/48");
        var office = Network(configuration, "office-vpn");
        await Assert.That(office.Tailscale).IsNull();
        await Assert.That(Path.GetFileName(office.Wireguard!.ConfigFile)).IsEqualTo("wg-office.conf");
        await Assert.That(Path.IsPathRooted(office.Wireguard.ConfigFile!)).IsTrue();
        await Assert.That(office.Tunnel.TailnetRanges.IsEmpty).IsTrue();
        await Assert.That(Network(configuration, "staging").Tailscale!.ControlUrl).IsEqualTo(new Uri("https://headscale.staging.example.com"));

        var block = configuration.Servers.Single().Value;
        await Assert.That(block.Listen.Single().ToString()).IsEqualTo(":443");
        await Assert.That(block.Domains.Single()).IsEqualTo("api.example.com");
        await Assert.That(block.Tls!.Auto).IsTrue();
        var proxy = (ReverseProxy)block.Handler;
        await Assert.That(proxy.Upstreams.Single()).IsEqualTo(new Upstream { Address = new UpstreamAddress("http", new HostPort("office-backend.internal", 8080)) });
    }

    [Test]
    public async Task Disco_endpoint_discovery()
    {
        var disco = Network(Sample.Read(
            """
            networks { ["corp"] {
            tailscale {
              disco {
                heartbeatInterval = 2.s        // NAT pinhole keepalive
                reprobeInterval = 25.s         // full re-probe cycle
                probeTimeout = 5.s             // individual ping timeout
                degradedAfterFailures = 3      // consecutive failures before degraded
                degradedTimeout = 10.s         // time in degraded before relay fallback
              }
            }
            } }
            """), "corp").Tailscale!.Disco;
        await Assert.That(disco).IsEqualTo(new global::Edge.Foundation.Configuration.Disco());
        await Assert.That(disco.DegradedTimeout).IsEqualTo(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Headscale_support()
    {
        var tailscale = Network(Sample.Read(
            """
            networks {
              ["self-hosted"] {
                tailscale {
                  direct = true
                  authKey = env("HEADSCALE_AUTH_KEY")
                  controlUrl = "https://headscale.internal.example.com"
                }
              }
            }
            """,
            ("HEADSCALE_AUTH_KEY", "k")), "self-hosted").Tailscale!;
        await Assert.That(tailscale.ControlUrl.Host).IsEqualTo("headscale.internal.example.com");
        await Assert.That(tailscale.AcceptDns).IsTrue();
    }

    [Test]
    public async Task Tailnet_and_wireguard()
    {
        var configuration = Sample.Read(
            """
            amends "elide:serve/ElideServer.pkl"

            networks {
              ["tailnet"] {
                tailscale { direct = true; authKey = env("TS_KEY") }
                tunnel { bridgeInbound = true }
              }
              ["datacenter"] {
                wireguard { configFile = "/etc/wireguard/dc.conf" }
                tunnel { bridgeOutbound = true }
              }
            }

            servers {
              ["gateway.example.com"] {
                routes {
                  new {
                    match { path = "/api/**" }
                    handler = new ReverseProxy {
                      // Backend in datacenter, reached via WireGuard
                      upstreams { "10.200.0.5:8080" }
                    }
                  }
                }
                handler = new StaticFiles { root = "./dashboard" }
              }
            }
            """,
            ("TS_KEY", "k"));
        await Assert.That(Network(configuration, "datacenter").Wireguard!.ConfigFile).IsEqualTo("/etc/wireguard/dc.conf");
        var block = configuration.Servers.Single().Value;
        var route = block.Routes.Single();
        await Assert.That(route.Match).IsEqualTo(new RouteMatch { Path = "/api/**" });
        await Assert.That(((ReverseProxy)route.Handler).Upstreams.Single().Address.Target).IsEqualTo(new HostPort("10.200.0.5", 8080));
        await Assert.That(Path.GetFileName(((StaticFiles)block.Handler).Root)).IsEqualTo("dashboard");
    }

    private static Network Network(EdgeServer configuration, string name) => configuration.Networks.Single(n => n.Key == name).Value;
}
