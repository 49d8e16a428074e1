using System.Text;
using Edge.Config;

namespace Edge.Tests.Config.Binding;

/// <summary>What is wrong, where, and what to do: one test for each way to be wrong.</summary>
public sealed class BadConfigurationTests
{
    [Test]
    public async Task An_unknown_property()
    {
        var errors = Sample.Errors(
            """
            servers {
              [":80"] {
                routes { new { match { pth = "/a" }; handler = 404 } }
              }
            }
            """);
        await Assert.That(errors).StartsWith("server.pkl:3:28: error: Cannot find property `pth` in object of type `RouteMatch`");
        await Assert.That(errors).Contains("3 |     routes { new { match { pth = \"/a\" }; handler = 404 } }\n                               ^^^\n");
        await Assert.That(errors).Contains("help: did you mean `path`?");
    }

    [Test]
    public async Task Unknown_properties_do_not_hide_each_other_nor_what_else_is_wrong()
    {
        var errors = Sample.Errors(
            """
            servers {
              [":80"] { handlr = 404; listn { ":81" }; http3 = 1 }
            }
            loging {}
            """);
        await Assert.That(Positions(errors)).IsEqualTo("2:13 2:27 2:52 4:1");
        await Assert.That(errors).Contains("Cannot find property `loging` in the configuration");
        await Assert.That(errors).Contains("did you mean `logging`");
    }

    [Test]
    public async Task An_unknown_class() =>
        await Assert.That(Sample.Errors("servers { [\":80\"] { handler = new StaticFile {} } }")).Contains("help: did you mean `StaticFiles`?");

    [Test]
    public async Task A_wrong_choice() =>
        await Assert.That(Sample.Errors("logging { level = \"inof\" }")).Contains("help: did you mean `\"info\"`?");

    [Test]
    public async Task A_number_without_a_unit() =>
        await Assert.That(Sample.Errors("shutdown { gracePeriod = 30 }")).Contains("help: give it a unit: `30.s` or `30.min`");

    [Test]
    public async Task A_type_of_the_users_own_is_broken_at_the_value()
    {
        var errors = Sample.Errors(
            """
            local class Site { port: Int(isBetween(1024, 65535)) }
            local site: Site = new {
              port = 80
            }
            servers { [":\(site.port)"] {} }
            """);
        await Assert.That(errors).StartsWith("server.pkl:3:10: error: Type constraint `isBetween(1024, 65535)` violated");
        await Assert.That(errors).DoesNotContain("help");
    }

    [Test]
    public async Task An_import_that_nothing_uses() =>
        await Assert.That(Sample.Errors("import \"comon.pkl\"\n")).StartsWith("server.pkl:1:1: error: Cannot find module");

    [Test]
    public async Task A_module_that_is_no_configuration()
    {
        using var sample = new Sample("extends \"base.pkl\"\n");
        File.WriteAllText(Path.Combine(sample.Folder, "base.pkl"), "open module base\nx = 1\n");
        await Assert.That(sample.Errors()).StartsWith("server.pkl:1:9: error: this module is not a configuration");
    }

    [Test]
    public async Task A_wrong_type()
    {
        var errors = Sample.Errors("tls { auto = \"yes\" }\n");
        await Assert.That(errors).StartsWith("server.pkl:1:14: error: Expected value of type `Boolean`, but got type `String`");
        await Assert.That(errors).Contains("  Value: \"yes\"\n");
        await Assert.That(errors).Contains("1 | tls { auto = \"yes\" }\n                 ^^^^^\n");
    }

    [Test]
    public async Task A_wrong_type_with_advice()
    {
        var errors = Sample.Errors("servers { [\":80\"] { handler = \"./public\" } }\n");
        await Assert.That(errors).StartsWith("server.pkl:1:31: error: Expected value of type");
        await Assert.That(errors).Contains("help: give a handler, such as `new StaticFiles { root = \"./public\" }`, or a status from 100 to 599");
    }

    [Test]
    public async Task Independent_errors_are_all_reported()
    {
        var errors = Sample.Errors(
            """
            tls { minVersion = "1.1" }
            logging { level = "loud" }
            shutdown { gracePeriod = 2.d }
            servers {
              [":80"] { handler = new ReverseProxy { upstreams { "nowhere"; "a:0" }; retries = 99 } }
              ["x"] { listen { "80" }; routes { new { match = "api"; handler = 42 } } }
            }
            networks { ["a"] { tailscale { tags { "web" } } } ["b"] { wireguard {} } }
            """);
        await Assert.That(Positions(errors)).IsEqualTo(
            "1:20 2:19 3:26 5:54 5:65 5:84 6:20 6:51 6:68 8:39 8:59");
    }

    [Test]
    public async Task A_required_property_that_is_missing()
    {
        var errors = Sample.Errors("servers { [\":80\"] { handler = new StaticFiles {} } }\n");
        await Assert.That(errors).StartsWith("server.pkl:1:31: error: `root` is missing");
        await Assert.That(errors).Contains("                                  ^^^^^^^^^^^^^^^\n  help: add `root = ...`");
    }

    [Test]
    public async Task Tailscale_and_wireguard_in_one_network()
    {
        var errors = Sample.Errors(
            """
            networks {
              ["a"] {
                wireguard { configFile = "wg.conf" }
                tailscale { direct = true }
              }
            }
            """);
        await Assert.That(errors).StartsWith("server.pkl:4:5: error: `wireguard` and `tailscale` exclude each other");
        await Assert.That(errors).Contains("help: keep one of them here and give the other its own entry in `networks`");
    }

    [Test]
    [Arguments("servers { [\":80\"] { handler = 404; handler = 405 } }", "1:36", "handler")]
    [Arguments("servers { [\":80\"] {}\n [\":80\"] {} }", "2:3", ":80")]
    [Arguments("tls {}\ntls {}", "2:1", "tls")]
    public async Task A_duplicate_key(string text, string position, string name)
    {
        var errors = Sample.Errors(text);
        await Assert.That(errors).StartsWith($"server.pkl:{position}: error: Duplicate definition of member");
        await Assert.That(errors).Contains(name);
    }

    [Test]
    [Arguments("networks { [\"a\"] { tailscale { authKey = env(\"NOT_SET\") } } }", "1:42")]
    [Arguments("networks { [\"a\"] { tailscale { authKey = read(\"env:NOT_SET\") } } }", "1:42")]
    public async Task A_missing_environment_variable_is_named(string text, string position)
    {
        var errors = Sample.Errors(text);
        await Assert.That(errors).StartsWith($"server.pkl:{position}: error:");
        await Assert.That(errors).Contains("NOT_SET");
    }

    [Test]
    [Arguments("servers { [\"a", "1:")]
    [Arguments("servers {", "1:")]
    [Arguments("servers = = 1", "1:11")]
    [Arguments("tls { auto = tru }", "1:14")]
    public async Task What_is_not_pkl(string text, string position) =>
        await Assert.That(Sample.Errors(text)).StartsWith($"server.pkl:{position}");

    [Test]
    public async Task Deep_nesting()
    {
        var errors = Sample.Errors("local x = " + new string('(', 200_000) + "1" + new string(')', 200_000));
        await Assert.That(errors).StartsWith("server.pkl:1:");
    }

    [Test]
    public async Task Endless_recursion()
    {
        var errors = Sample.Errors("local function f(n) = f(n + 1)\ntls { auto = f(0) }\n");
        await Assert.That(errors).StartsWith("server.pkl:1:23: error: A stack overflow occurred");
    }

    [Test]
    public async Task An_error_of_the_users_own_that_says_nothing() =>
        await Assert.That(Sample.Errors("tls { auto = throw(\"\") }\n")).StartsWith("server.pkl:1:14: error: The configuration throws an error that says nothing\n");

    [Test]
    public async Task A_circle()
    {
        var errors = Sample.Errors("local a = b\nlocal b = a\ntls { auto = a }\n");
        await Assert.That(errors).StartsWith("server.pkl:");
    }

    [Test]
    [Arguments("import \"a\0b.pkl\"", "1:1", "Module URI")]
    [Arguments("import \"a%00b.pkl\"", "1:1", "Module URI")]
    [Arguments("import \"file:///a%00b.pkl\"", "1:1", "Module URI")]
    [Arguments("tls { certFile = read(\"a%00b\").text }", "1:18", "Resource URI")]
    [Arguments("tls { certFile = read(\"file:///a%00b\").text }", "1:18", "Resource URI")]
    public async Task A_file_name_with_a_nul_in_it(string text, string position, string what)
    {
        var errors = Sample.Errors(text + "\n");
        await Assert.That(errors).StartsWith($"server.pkl:{position}: error: {what}");
        await Assert.That(errors).Contains("invalid syntax");
    }

    [Test]
    [Arguments("../../../../../../etc/passwd")]
    [Arguments("OUTSIDE/server.pkl")]
    [Arguments("file://OUTSIDE/server.pkl")]
    [Arguments("link.pkl")]
    public async Task An_import_outside_of_the_folder(string target)
    {
        using var outside = new Sample("x = 1");
        using var sample = new Sample($"import \"{target.Replace("OUTSIDE", outside.Folder, StringComparison.Ordinal)}\" as other\ntls {{ auto = other.x == 1 }}\n");
        File.CreateSymbolicLink(Path.Combine(sample.Folder, "link.pkl"), outside.File);
        var errors = sample.Errors();
        await Assert.That(errors).StartsWith("server.pkl:1:1: error: Refusing to load module");
        await Assert.That(errors).Contains("folder");
    }

    [Test]
    public async Task An_error_in_an_imported_file_is_at_its_line()
    {
        using var sample = new Sample("import \"other.pkl\"\ntls { auto = other.x }\n");
        File.WriteAllText(Path.Combine(sample.Folder, "other.pkl"), "\nx = throw(\"no\")\n");
        await Assert.That(sample.Errors()).StartsWith("other.pkl:2:5: error: no");
    }

    [Test]
    public async Task No_file()
    {
        using var sample = new Sample("");
        File.Delete(sample.File);
        await Assert.That(sample.Errors()).StartsWith("server.pkl:1:1: error: no such file");
    }

    [Test]
    public async Task An_empty_file_is_an_error()
    {
        using var sample = new Sample("");
        await Assert.That(sample.Errors()).StartsWith("server.pkl:1:1: error:");
    }

    [Test]
    public async Task A_folder()
    {
        using var sample = new Sample("x = 1");
        var result = ConfigurationLoader.Load(sample.Folder, new LoadOptions());
        await Assert.That(result.Errors.Single().Message).Contains("folder");
    }

    [Test]
    public async Task Not_utf_8()
    {
        using var sample = new Sample("");
        await File.WriteAllBytesAsync(sample.File, [.. Encoding.UTF8.GetBytes("tls {}\n// "), 0xff, 0xfe, (byte)'\n']);
        await Assert.That(sample.Errors()).StartsWith("server.pkl:2:4: error:");
    }

    [Test]
    [Arguments("servers { [\":80\"] { handler = new Cgi { command = \"/bin/x\" } } }", "1:31: error: `Cgi` is not supported", "ReverseProxy")]
    [Arguments("networks { [\"a\"] { tailscale { direct = true; funnel = true } } }", "1:56: error: Type constraint", "Funnel needs the host's tailscaled")]
    [Arguments("middleware { new Cors { allowCredentials = true } }", "1:44: error: Type constraint", "list the origins")]
    [Arguments("middleware { new RateLimit { key = \"header\" } }", "1:36: error: Type constraint", "set `header`")]
    [Arguments("middleware { new BasicAuth {} }", "1:14: error: Type constraint", "list at least one user")]
    [Arguments("middleware { new ErrorPage {} }", "1:14: error: `ErrorPage` needs one of `file`, `body`", "give the page")]
    [Arguments("middleware { new ErrorPage { body = \"x\"; file = \"y\" } }", "1:49: error: `body` and `file` exclude each other", "keep one")]
    [Arguments("middleware { new Rewrite { regex = \"x\" } }", "1:36: error: `regex` needs `replacement`", "give both")]
    [Arguments("middleware { new Rewrite { regex = \"(a\"; replacement = \"\" } }", "1:36: error: this is not a regular expression", "notation")]
    [Arguments("middleware { new Rewrite { regex = \"(?=a)\"; replacement = \"\" } }", "1:36: error: this regular expression cannot be matched in linear time", "look-around")]
    [Arguments("middleware { new IpFilter { allow { \"10.1.2.3/8\" } } }", "1:37: error: `10.1.2.3/8` has bits after its prefix", "`10.0.0.0/8`")]
    [Arguments("middleware { new Headers { request { set { [\"X Y\"] = \"\" } } } }", "1:45: error: `X Y` is not a header field's name", "letters")]
    [Arguments("tls { certFile = \"a.pem\" }", "1:18: error: `certFile` needs `keyFile`", "give both")]
    [Arguments("admin { listen = \":9090\" }", "1:18: error: other hosts could reach the admin interface", "allowRemote")]
    [Arguments("networks { [\"a\"] { tunnel { socks5 = \"0.0.0.0:1080\" } } }", "1:38: error: `socks5` would let other hosts into the tunnel", "allowRemote")]
    [Arguments("networks { [\"a\"] { tailscale { controlUrl = \"headscale\" } } }", "1:45: error: `headscale` is not a URL", "https://host")]
    [Arguments("networks { [\"office\"] {} }\nservers { [\":80\"] { networks { \"ofice\" } } }", "2:32: error: there is no network `ofice`", "did you mean `office`?")]
    [Arguments("networks { [\"office\"] {} }\nservers { [\":80\"] { handler = new ReverseProxy { upstreams { \"a:1\" }; network = \"home\" } } }", "2:81: error: there is no network `home`", "`office`")]
    [Arguments("servers { [\"a\"] { listen { \":80\" } } [\":80\"] {} }", "1:39: error: `a` and `:80` both answer every name on one address", "`domains`")]
    [Arguments("servers { [\"a.example.com\"] {} [\":443\"] {} }", "1:33: error: `a.example.com` and `:443` both listen on one address, one with TLS and one without", "`listen`")]
    [Arguments("servers { [\"a.example.com\"] {} [\"b\"] { listen { \":443\" }; domains { \"a.example.com\" }; tls {} } }", "1:33: error: `a.example.com` and `b` both answer the same name on one address", "one")]
    [Arguments("servers { [\":80\"] { routes { new { match = \"/re:(\"; handler = 1 } } } }", "1:44: error: this is not a regular expression", "notation")]
    [Arguments("servers { [\":80\"] { routes { new { match = \"/a/**/b\"; handler = 200 } } } }", "1:44: error: `/a/**/b` is not a path pattern", "at the end only")]
    public async Task What_does_not_fit_says_what_to_do(string text, string expected, string advice)
    {
        var errors = Sample.Errors(text);
        await Assert.That(errors).Contains("server.pkl:" + expected);
        await Assert.That(errors).Contains(advice);
    }

    [Test]
    public async Task An_address_that_two_networks_claim_needs_a_network()
    {
        const string Networks = """networks { ["a"] { tailscale {} } ["b"] { tailscale {} } }""";
        var errors = Sample.Errors(Networks + "\nservers { [\":80\"] { handler = new ReverseProxy { upstreams { \"100.64.0.7:80\" } } } }");
        await Assert.That(errors).StartsWith("server.pkl:2:62: error: `a` and `b` both claim 100.64.0.7");
        await Assert.That(errors).Contains("`network = \"a\"`");

        var configuration = Sample.Read(Networks + "\nservers { [\":80\"] { handler = new ReverseProxy { network = \"b\"; upstreams { \"100.64.0.7:80\" } } } }");
        await Assert.That(configuration.Servers.Length).IsEqualTo(1);
    }

    private static string Positions(string errors) =>
        string.Join(' ', errors.Split('\n').Where(l => l.StartsWith("server.pkl:", StringComparison.Ordinal)).Select(l => string.Join(':', l.Split(':')[1..3])));
}
