using System.CommandLine;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>`edge whois`: who is behind an address of a tailnet.</summary>
internal sealed class WhoIsCommand : EdgeCommand
{
    private readonly Argument<string> _address = new("address") { Description = "IP or IP:PORT (IPv6 with a port in brackets), or a node's key", HelpName = "IP[:PORT]" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document, as `tailscale whois --json` prints it" };
    private readonly Option<string?> _network = new("--network") { Description = "Look in this network only", HelpName = "NAME" };
    private readonly RunningServer _server;

    public WhoIsCommand()
        : base("whois", "Say which node and whose an address of a tailnet is")
    {
        Arguments.Add(_address);
        Options.Add(_json);
        Options.Add(_network);
        _server = new RunningServer(this);
    }

    public override IReadOnlyList<string> Usage => ["whois IP[:PORT] [--json] [--network NAME] [--admin ADDRESS | --config FILE]"];

    public override string Details => "exit codes: 0 known, 1 unknown, or nobody answers within 5 s, 2 wrong usage or configuration";

    public override async Task<int> Run(ParseResult line, Terminal terminal, CancellationToken cancellation)
    {
        var asked = line.GetValue(_address)!;
        var named = line.GetValue(_network) is { } name ? $"&network={Uri.EscapeDataString(name)}" : "";
        var (answer, code) = await _server.Ask(line, $"/localapi/v0/whois?addr={Uri.EscapeDataString(asked)}{named}", terminal, cancellation);
        if (answer is null)
            return code;
        switch (answer.Status)
        {
            case 400:
                return terminal.Refuse($"`{asked}` is neither an address nor a node's key", "Write 100.64.0.1, 100.64.0.1:443, [fd7a:115c:a1e0::1]:443 or nodekey:...");
            case not 200:
                terminal.Fail($"no network of this server knows {asked}", "`edge status` lists the peers.");
                return ExitCode.Failed;
        }
        if (line.GetValue(_json))
        {
            terminal.Out.Write(answer.Text);
            terminal.Out.Write('\n');
            return ExitCode.Done;
        }
        using var document = JsonDocument.Parse(answer.Text);
        Write(document.RootElement, terminal.Out);
        return ExitCode.Done;
    }

    /// <summary>As `tailscale whois` does (cmd/tailscale/cli/whois.go of 1.96.5).</summary>
    private static void Write(JsonElement who, TextWriter output)
    {
        var (node, user) = (who.GetProperty("Node"), who.GetProperty("UserProfile"));
        var addresses = Texts(node, "Addresses");
        output.Write($"Machine:\n  Name:          {Printable.Of(node, "Name").TrimEnd('.')}\n  ID:            {Printable.Of(node, "StableID")}\n  Addresses:     [{string.Join(' ', addresses)}]\n");
        var routes = Texts(node, "AllowedIPs").Except(addresses).ToList();
        if (routes.Count > 0)
            output.Write($"  AllowedIPs:    [{string.Join(' ', routes)}]\n");
        var tags = Texts(node, "Tags");
        if (tags.Count > 0)
            output.Write($"  Tags:          {string.Join(", ", tags)}\n");
        else
            output.Write($"User:\n  Name:     {Printable.Of(user, "LoginName")}\n  ID:       {user.GetProperty("ID")}\n");
        if (who.GetProperty("CapMap") is not { ValueKind: JsonValueKind.Object } capabilities)
            return;
        output.Write("Capabilities:\n");
        foreach (var capability in capabilities.EnumerateObject())
        {
            var hasValues = capability.Value is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0;
            output.Write(hasValues ? $"  - {capability.Name}:\n      {capability.Value.GetRawText()}\n" : $"  - {capability.Name}\n");
        }
    }

    private static List<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray().Select(static value => Printable.Of(value.GetString()!))] : [];
}
