using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Cli;

/// <summary>
/// The flags that make this process a node of a tailnet, and the environment of Tailscale's container image. A flag overrides the configuration; the
/// environment fills in what it leaves out.
/// </summary>
internal sealed class NodeFlags
{
    /// <summary>Of the network that is made where the configuration has none.</summary>
    public const string DefaultName = "default";

    private static readonly string[] s_keyVariables = ["TAILSCALE_AUTH_KEY", "TS_AUTHKEY", "TS_AUTH_KEY"];

    // What the schema says, by which it is told that the user says nothing.
    private static readonly Tailscale s_unset = new();

    private readonly Option<string?> _authKey = new("--tailscale-auth-key") { Description = "The key that admits the node; TS_AUTHKEY is safer", HelpName = "KEY" };
    private readonly Option<string?> _controlUrl = new("--control-url") { Description = "The control server; Tailscale's by default", HelpName = "URL" };
    private readonly Option<string?> _hostname = new("--hostname") { Description = "The node's name; the host's by default", HelpName = "NAME" };
    private readonly Option<string?> _state = new("--state") { Description = "Where keys and the last network map are kept: a folder, or mem:", HelpName = "DIR" };
    private readonly Option<bool> _ephemeral = new("--ephemeral") { Description = "The node leaves the tailnet when it ends" };
    private readonly Option<string?> _tags = new("--advertise-tags") { Description = "Tags to ask for, such as tag:web,tag:ci", HelpName = "TAGS" };

    public IReadOnlyList<Option> Options => [_authKey, _controlUrl, _hostname, _state, _ephemeral, _tags];

    /// <summary>Whether the line says where state is kept.</summary>
    public bool HasState(ParseResult line) => line.GetValue(_state) is not null;

    /// <summary>Applies flags and environment.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="isDirect">This process is to be a node, whatever the configuration says.</param>
    /// <param name="configuration">Changed.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="terminal">Told what is wrong.</param>
    /// <returns>False: it was told.</returns>
    public bool TryApply(ParseResult line, bool isDirect, ref EdgeServer configuration, Func<string, string?> environment, Terminal terminal)
    {
        var networks = configuration.Networks;
        if (isDirect && networks.IsEmpty)
            networks = [KeyValuePair.Create(DefaultName, new Network { Tailscale = new Tailscale { Direct = true } })];
        var own = networks.Where(static network => network.Value.Tailscale is not null).ToList();
        if (isDirect && own.Count == 0)
            return Fail(terminal, "`--tailscale-direct` finds no Tailscale network: `networks` has others only", "Add one: `networks { [\"tailnet\"] { tailscale { direct = true } } }`.");
        var given = Options.FirstOrDefault(option => line.GetResult(option) is { Implicit: false });
        if (given is not null && own.Count != 1)
        {
            return Fail(terminal, own.Count == 0 ? $"`{given.Name}` goes with `--tailscale-direct`" : $"`{given.Name}` is for one Tailscale network, and the configuration has {own.Count}",
                own.Count == 0 ? "Give both, or neither." : "Set it in the file, for each network.");
        }
        foreach (var (name, network) in own)
        {
            var tailscale = network.Tailscale! with { Direct = network.Tailscale.Direct || isDirect };
            // A key of one tailnet is nothing that another's server should see: the environment speaks of one network.
            if (own.Count == 1 && tailscale.Direct && !TryChange(line, ref tailscale, environment, terminal))
                return false;
            networks = networks.Replace(KeyValuePair.Create(name, network), KeyValuePair.Create(name, network with { Tailscale = tailscale }));
        }
        configuration = configuration with { Networks = networks };
        return true;
    }

    private bool TryChange(ParseResult line, ref Tailscale tailscale, Func<string, string?> environment, Terminal terminal)
    {
        if (!TryReadKey(line, environment, terminal, out var key) || !TryReadUrl(line, tailscale, environment, terminal, out var url)
            || !TryReadName(line, environment, terminal, out var name) || !TryReadTags(line, terminal, out var tags))
            return false;
        var hasKeyFlag = line.GetValue(_authKey) is not null;
        var state = line.GetValue(_state) is { } folder ? folder == StateDirectory.Memory ? folder : Path.GetFullPath(folder) : tailscale.StateDir;
        tailscale = tailscale with
        {
            AuthKey = hasKeyFlag ? key : tailscale.AuthKey ?? key,
            ControlUrl = url ?? tailscale.ControlUrl,
            Hostname = line.GetValue(_hostname) is not null ? name : tailscale.Hostname ?? name,
            StateDir = state,
            Ephemeral = tailscale.Ephemeral || line.GetValue(_ephemeral) || state == StateDirectory.Memory,
            Tags = tags is null ? tailscale.Tags : [.. tags],
        };
        return true;
    }

    /// <param name="line">The command line.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="terminal">Told what is wrong.</param>
    /// <param name="key">Null: none is given.</param>
    private bool TryReadKey(ParseResult line, Func<string, string?> environment, Terminal terminal, out Secret? key)
    {
        const string FromFile = "file:";
        key = null;
        var (text, origin) = (line.GetValue(_authKey), _authKey.Name);
        foreach (var variable in s_keyVariables)
        {
            if (text is null && environment(variable) is { Length: > 0 } value)
                (text, origin) = (value, variable);
        }
        if (text is null)
            return true;
        try
        {
            if (text.StartsWith(FromFile, StringComparison.Ordinal))
                text = File.ReadAllText(text[FromFile.Length..]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Fail(terminal, $"the key of `{origin}` cannot be read: {FileFault.Describe(failure)}", "Name a file that edge may read: `file:/run/secrets/key`.");
        }
        text = text.Trim();
        if (text.Length == 0)
            return Fail(terminal, $"the key of `{origin}` is empty", "Make one in the control server's console.");
        key = new Secret(text);
        return true;
    }

    private bool TryReadUrl(ParseResult line, Tailscale tailscale, Func<string, string?> environment, Terminal terminal, out Uri? url)
    {
        url = null;
        var (text, origin) = (line.GetValue(_controlUrl), _controlUrl.Name);
        if (text is null && tailscale.ControlUrl == s_unset.ControlUrl && environment("TS_CONTROL_URL") is { Length: > 0 } value)
            (text, origin) = (value, "TS_CONTROL_URL");
        return text is null || (Uri.TryCreate(text, UriKind.Absolute, out url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
            || Fail(terminal, $"`{origin}` is no control server: `{text}`", "Write `https://host` or `http://host:port`.");
    }

    private bool TryReadName(ParseResult line, Func<string, string?> environment, Terminal terminal, out string? name)
    {
        var (flag, origin) = (line.GetValue(_hostname), _hostname.Name);
        name = flag;
        if (name is null && environment("TS_HOSTNAME") is { Length: > 0 } value)
            (name, origin) = (value, "TS_HOSTNAME");
        return name is null || (name.Length <= 63 && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && name[0] != '-' && name[^1] != '-')
            || Fail(terminal, $"`{origin}` is no node's name: `{name}`", "Use letters, digits and hyphens, 63 of them at most.");
    }

    private bool TryReadTags(ParseResult line, Terminal terminal, [MaybeNullWhen(true)] out string[] tags)
    {
        tags = line.GetValue(_tags)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var wrong = tags?.FirstOrDefault(static tag => !tag.StartsWith("tag:", StringComparison.Ordinal) || tag.Length == 4);
        return wrong is null || Fail(terminal, $"`{_tags.Name}` does not know what `{wrong}` is", "Write tags as the policy does: `tag:web,tag:ci`.");
    }

    private static bool Fail(Terminal terminal, string what, string help)
    {
        terminal.Fail(what, help);
        return false;
    }
}
