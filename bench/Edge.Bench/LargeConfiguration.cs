using System.Globalization;
using System.Text;

namespace Edge.Bench;

/// <summary>
/// A configuration of any length, as a program would write it: one block after another, spelt out, with a function and a class used
/// throughout. The same length gives the same text.
/// </summary>
internal static class LargeConfiguration
{
    private const string Head = """
        // Written by a program: do not edit.
        amends "edge:serve/EdgeServer.pkl"

        const local domain = "example.com"

        local class Team {
          name: String
          contact: String = "\(name)@\(domain)"
        }

        local teams = new Listing<Team> {
          new { name = "platform" }
          new { name = "payments" }
          new { name = "search"; contact = "find@\(domain)" }
        }

        local function backend(team: Team, host: String, ports: List<Int>): ReverseProxy = new {
          upstreams {
            for (port in ports) {
              "\(host).\(team.name).internal.\(domain):\(port)"
            }
          }
          loadBalancing = if (ports.length > 1) "least_connections" else "first"
        }

        servers {

        """;

    // {0} is the block's number.
    private static readonly string[] Blocks =
    [
        """
          ["shop{0}.example.com"] {
            http3 = true
            middleware {
              new RateLimit { requests = {0}; window = 1.min; burst = 50 }
              new SecurityHeaders { contentSecurityPolicy = "default-src 'self'" }
            }
            routes {
              new {
                match { path = "/api/**"; methods { "GET"; "POST" } }
                handler = backend(teams[1], "shop{0}", List(8080, 8081))
              }
              new {
                match = "/health"
                handler = new Respond { body = "shop \({0} + 1)\n"; headers { ["Content-Type"] = "text/plain" } }
              }
            }
            handler = new StaticFiles { root = "/srv/shop{0}"; spaFallback = true }
          }

        """,
        """
          ["old{0}.example.com"] {
            handler = new Redirect { to = "https://shop{0}.\(domain)"; status = 301 }
          }

        """,
        """
          ["search{0}.example.com"] {
            domains { "search{0}.example.com"; "find{0}.example.com" }
            middleware {
              new AccessLog { format = "json" }
              new Headers { response { set { ["X-Team"] = teams[2].contact } } }
            }
            handler = new ReverseProxy {
              upstreams {
                "10.0.1.{0}:8080"
                new Upstream { address = "10.0.2.{0}:8080"; weight = 3 }
              }
              loadBalancing = "cookie"
              healthCheck { active { path = "/healthz"; interval = 5.s } }
              retries = 2
              timeout = 15.s
            }
          }

        """,
        """
          ["status{0}.example.com"] {
            routes {
              for (team in teams) {
                new {
                  match = "/\(team.name)"
                  handler = new Respond { body = "ask \(team.contact) about {0}" }
                }
              }
            }
            handler = 404
          }

        """,
    ];

    /// <param name="lines">The exact count of lines, at least that of one of each block.</param>
    public static string Text(int lines)
    {
        var text = new StringBuilder(Head);
        var count = CountLines(Head);
        for (var number = 0; ; number++)
        {
            var block = Blocks[number % Blocks.Length].Replace("{0}", (number % 250 + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            // Names stay distinct, addresses legal.
            block = block.Replace(".example.com\"] {", string.Create(CultureInfo.InvariantCulture, $".n{number}.example.com\"] {{"), StringComparison.Ordinal);
            if (count + CountLines(block) + 1 > lines)
                break;
            text.Append(block);
            count += CountLines(block);
        }
        for (; count + 1 < lines; count++)
            text.Append("  // the list ends here\n");
        return text.Append("}\n").ToString();
    }

    private static int CountLines(string text) => text.Count(character => character == '\n');
}
