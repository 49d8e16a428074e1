using System.CommandLine;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>`edge dns`: asks the name servers of a running server's networks, or says how they are set up.</summary>
internal sealed class DnsCommand : EdgeCommand
{
    private readonly Argument<string?> _name = new("name") { Description = "The name to look up; without it, how names are resolved", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _type = new("type") { Description = "A (the default), AAAA, PTR, TXT, ..., or a number", HelpName = "TYPE", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document" };
    private readonly Option<string?> _network = new("--network") { Description = "Ask this network only", HelpName = "NAME" };
    private readonly RunningServer _server;

    public DnsCommand()
        : base("dns", "Look up a name as a running server's networks do, or show how they do it")
    {
        Arguments.Add(_name);
        Arguments.Add(_type);
        Options.Add(_json);
        Options.Add(_network);
        // A name server that does not answer takes ten seconds.
        _server = new RunningServer(this, TimeSpan.FromSeconds(20));
    }

    public override IReadOnlyList<string> Usage => ["dns NAME [TYPE] [--json] [--network NAME] [--admin ADDRESS | --config FILE]", "dns [--json] [--admin ADDRESS | --config FILE]"];

    public override string Details => "exit codes: 0 answered, 1 there is no such name, no answer, or nobody to ask, 2 wrong usage or configuration";

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var name = line.GetValue(_name);
        var named = line.GetValue(_network) is { } network ? $"&network={Uri.EscapeDataString(network)}" : "";
        var path = name is null ? "dns-config" : $"dns-query?name={Uri.EscapeDataString(name)}&type={Uri.EscapeDataString(line.GetValue(_type) ?? "A")}{named}";
        var (answer, code) = await _server.Ask(line, $"/localapi/v0/{path}", terminal, cancellation);
        if (answer is null)
            return code;
        if (answer.Status != 200)
        {
            terminal.Fail(answer.Text.Trim(), "`edge help dns` says how it is used.");
            return answer.Status == 400 ? ExitCode.WrongUsage : ExitCode.Failed;
        }
        using var document = JsonDocument.Parse(answer.Text);
        var root = document.RootElement;
        if (line.GetValue(_json))
        {
            terminal.Out.Write(answer.Text);
            terminal.Out.Write('\n');
        }
        else if (name is null)
        {
            WriteSetup(root, terminal.Out);
        }
        else
        {
            WriteAnswer(root, terminal.Out);
        }
        return name is null || Printable.Of(root, "Code") == "NOERROR" ? ExitCode.Done : ExitCode.Failed;
    }

    private static void WriteAnswer(JsonElement answer, TextWriter output)
    {
        output.Write($"; {Printable.Of(answer, "Name")} {Printable.Of(answer, "Type")}: {Printable.Of(answer, "Code")}\n");
        foreach (var record in answer.GetProperty("Answers").EnumerateArray())
            output.Write($"{Printable.Of(record, "Name")}\t{record.GetProperty("TTL")}\tIN\t{Printable.Of(record, "Type")}\t{Printable.Of(record, "Data")}\n");
    }

    private static void WriteSetup(JsonElement setup, TextWriter output)
    {
        foreach (var forwarder in setup.GetProperty("Forwarders").EnumerateArray())
            output.Write($"forwarder for other programs: {Printable.Of(forwarder, "Address")}{(Printable.Of(forwarder, "Fault") is { Length: > 0 } fault ? $": {fault}" : "")}\n");
        var networks = setup.GetProperty("Networks").EnumerateArray().ToList();
        if (networks.Count == 0)
            output.Write("this server is in no tailnet: names are the host's\n");
        foreach (var network in networks)
        {
            output.Write($"# {Printable.Of(network, "Network")}\n");
            if (!network.GetProperty("HasNetmap").GetBoolean())
            {
                output.Write("  nothing is known yet: there is no network map\n");
                continue;
            }
            output.Write($"  MagicDNS: {(network.GetProperty("MagicDNS").GetBoolean() ? $"names of {Printable.Of(network, "Suffix")}; this node is {Printable.Of(network, "Self").TrimEnd('.')}" : "off")}\n");
            output.Write($"  100.100.100.100 in the tunnel: {(network.GetProperty("ServedInTunnel").GetBoolean() ? "answers" : "off")}\n");
            if (!network.GetProperty("AcceptDNS").GetBoolean())
                output.Write("  `acceptDns = false`: the tailnet's resolvers are not used\n");
            WriteList(output, "search domains", network.GetProperty("SearchDomains"));
            WriteList(output, "resolvers", network.GetProperty("Resolvers"));
            WriteList(output, "fallback resolvers", network.GetProperty("FallbackResolvers"));
            foreach (var route in network.GetProperty("Routes").EnumerateObject())
                output.Write($"  {route.Name}: {(route.Value.GetArrayLength() == 0 ? "the tailnet's own" : Join(route.Value))}\n");
            foreach (var record in network.GetProperty("ExtraRecords").EnumerateArray())
                output.Write($"  record {Printable.Of(record, "Name")} {Printable.Of(record, "Type")} {Printable.Of(record, "Value")}\n");
            WriteList(output, "certificate domains", network.GetProperty("CertDomains"));
        }
    }

    private static void WriteList(TextWriter output, string what, JsonElement list)
    {
        if (list.GetArrayLength() > 0)
            output.Write($"  {what}: {Join(list)}\n");
    }

    private static string Join(JsonElement list) => string.Join(", ", list.EnumerateArray().Select(static one => Printable.Of(one.GetString()!)));
}
