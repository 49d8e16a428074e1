using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Foundation.Keys;
using Edge.Protocols.WireGuard;

namespace Edge.Node.WgQuick;

/// <summary>
/// Reads wg-quick(8)'s format: <c>[Interface]</c> and <c>[Peer]</c> sections of <c>Key = Value</c> lines, <c>#</c> comments; names in any case.
/// All errors are found, each with its line. Hooks are refused by name: there is no shell to run them, and leaving one out silently could open
/// what it was to close.
/// </summary>
internal sealed class QuickParser
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxSize = 4 << 20;

    private const int KeySize = 32;
    private const int MaxErrors = 100;
    private const int LongestName = 24;
    private const int LongestShown = 80;
    // A key is 43 letters and an `=`; a half of one is none of ours to print either.
    private const int KeyLikeRun = 20;
    private const int MinMtu = 576;
    private const int MaxMtu = 65_535 - 80;

    private readonly QuickConfiguration _result;
    private readonly bool _needsPrivateKey;
    private readonly List<QuickError> _errors = [];
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, int> _peerLines = [];
    private QuickPeer? _peer;
    private bool _isInInterface;
    private int _interfaceLine;
    private int _line;

    private QuickParser(QuickConfiguration result, bool needsPrivateKey) => (_result, _needsPrivateKey) = (result, needsPrivateKey);

    /// <param name="text">The file's content.</param>
    /// <param name="errors">In the order of their lines; empty when the result is usable.</param>
    /// <param name="needsPrivateKey">False: the key may come from elsewhere.</param>
    public static QuickConfiguration Parse(string text, out IReadOnlyList<QuickError> errors, bool needsPrivateKey = true)
    {
        var result = new QuickConfiguration();
        var parser = new QuickParser(result, needsPrivateKey);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            parser._line++;
            parser.ReadLine(line);
            if (parser._errors.Count >= MaxErrors)
                break;
        }
        parser.Finish();
        parser._errors.Sort(static (a, b) => a.Line.CompareTo(b.Line));
        errors = parser._errors;
        return result;
    }

    private void ReadLine(ReadOnlySpan<char> line)
    {
        if (line.IndexOf('#') is >= 0 and var comment)
            line = line[..comment];
        line = line.Trim();
        if (line.IsEmpty)
            return;
        if (line[0] == '[')
        {
            ReadSection(line);
            return;
        }
        var equals = line.IndexOf('=');
        if (equals <= 0)
        {
            // What stands here may be a key that lost its name: it is not repeated.
            Fail("this is neither a section, nor `Key = Value`, nor a comment");
            return;
        }
        var name = line[..equals].TrimEnd().ToString();
        var value = line[(equals + 1)..].Trim().ToString();
        if (value.Length == 0)
            // A key that lost its name ends in '=': what stands before it is shown only where it could be a name.
            Fail(name.Length <= LongestName ? $"{Shown(name)} has no value" : "this is neither a section, nor `Key = Value`, nor a comment");
        else if (_isInInterface)
            ReadInterface(name, value);
        else if (_peer is not null)
            ReadPeer(_peer, name, value);
        else
            Fail($"{Shown(name)} stands before any section", "Begin with [Interface].");
    }

    private void ReadSection(ReadOnlySpan<char> line)
    {
        FinishPeer();
        _isInInterface = false;
        _seen.Clear();
        if (line.Equals("[Interface]", StringComparison.OrdinalIgnoreCase))
        {
            _isInInterface = true;
            if (_interfaceLine == 0)
                _interfaceLine = _line;
        }
        else if (line.Equals("[Peer]", StringComparison.OrdinalIgnoreCase))
        {
            _peer = new QuickPeer { Line = _line };
        }
        else
        {
            Fail($"there is no section {Shown(line)}", "The sections are [Interface] and [Peer].");
            // Its lines are read as a peer's that nobody keeps: one error is enough.
            _peer = new QuickPeer { Line = 0 };
        }
    }

    private void ReadInterface(string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "privatekey" when Once(name):
                _result.PrivateKey = Key(name, value);
                break;
            case "address":
                foreach (var item in Items(value))
                    ReadAddress(item);
                break;
            case "mtu" when Once(name):
                _result.Mtu = (int)Number(name, value, MinMtu, MaxMtu);
                break;
            case "listenport" when Once(name):
                _result.ListenPort = (ushort)Number(name, value, 0, 65_535);
                break;
            case "dns":
                foreach (var item in Items(value))
                    ReadDns(item);
                break;
            case "table" when Once(name):
                ReadTable(value);
                break;
            case "fwmark" when Once(name):
                _result.FwMark = value.Equals("off", StringComparison.OrdinalIgnoreCase) ? 0 : (uint)Number(name, value, 0, uint.MaxValue);
                break;
            case "preup" or "postup" or "predown" or "postdown":
                Fail($"`{name}` is not run: Edge starts no programs", "Do by other means what it does (a unit's ExecStartPost=, say), and remove the line.");
                break;
            case "saveconfig":
                if (!value.Equals("false", StringComparison.OrdinalIgnoreCase))
                    Fail($"`{name}` is not supported: Edge does not write its configuration", "Remove the line.");
                break;
            case "privatekey" or "mtu" or "listenport" or "table" or "fwmark":
                break;
            default:
                Fail($"[Interface] has no key {Shown(name)}",
                    "The keys are PrivateKey, Address, MTU, ListenPort, DNS, Table and FwMark.");
                break;
        }
    }

    private void ReadPeer(QuickPeer peer, string name, string value)
    {
        if (peer.Line == 0)
            return;
        switch (name.ToLowerInvariant())
        {
            case "publickey" when Once(name):
                peer.PublicKey = Key(name, value);
                break;
            case "presharedkey" when Once(name):
                peer.PresharedKey = Key(name, value);
                break;
            case "allowedips":
                foreach (var item in Items(value))
                {
                    if (IpPrefix.TryParse(item, out var prefix))
                        peer.AllowedIps.Add(prefix);
                    else
                        Fail($"{Shown(item)} is no address range", "Write ADDRESS/LENGTH, such as 10.0.0.0/24 or fd00::/64.");
                }
                break;
            case "endpoint" when Once(name):
                peer.Endpoint = Endpoint(value);
                break;
            case "persistentkeepalive" when Once(name):
                peer.PersistentKeepalive = value.Equals("off", StringComparison.OrdinalIgnoreCase)
                    ? TimeSpan.Zero
                    : TimeSpan.FromSeconds(Number(name, value, 0, 65_535));
                break;
            case "publickey" or "presharedkey" or "endpoint" or "persistentkeepalive":
                break;
            default:
                Fail($"[Peer] has no key {Shown(name)}", "The keys are PublicKey, PresharedKey, AllowedIPs, Endpoint and PersistentKeepalive.");
                break;
        }
    }

    private void ReadAddress(string text)
    {
        var slash = text.IndexOf('/');
        if (IpPrefix.TryParse(text, out var prefix) && IpAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
            _result.Addresses.Add((address, prefix.Length));
        else
            Fail($"{Shown(text)} is no address", "Write ADDRESS/LENGTH, such as 10.0.0.2/24 or fd00::2/64.");
    }

    private void ReadDns(string text)
    {
        if (IpAddress.TryParse(text, out var address))
            _result.DnsServers.Add(address);
        else if (HostNames.IsHostName(text))
            _result.DnsSearch.Add(text);
        else
            Fail($"{Shown(text)} is neither a resolver's address nor a search domain");
    }

    private void ReadTable(string value)
    {
        if (value.Equals("auto", StringComparison.OrdinalIgnoreCase))
            _result.Table = QuickTable.Auto;
        else if (value.Equals("off", StringComparison.OrdinalIgnoreCase))
            _result.Table = QuickTable.Off;
        else if (value.Equals("main", StringComparison.OrdinalIgnoreCase))
            _result.Table = new QuickTable(254, true);
        else
            _result.Table = new QuickTable((uint)Number("Table", value, 1, uint.MaxValue), true);
    }

    private QuickEndpoint? Endpoint(string value)
    {
        var colon = value.LastIndexOf(':');
        var host = colon > 0 ? value[..colon] : "";
        if (host is ['[', .., ']'] && IpAddress.TryParse(host.AsSpan(1, host.Length - 2), out _))
            host = host[1..^1];
        else if (!HostNames.IsHostName(host))
            host = "";
        if (host.Length > 0 && ushort.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            return new QuickEndpoint(host, port);
        Fail($"{Shown(value)} is no endpoint", "Write HOST:PORT, such as vpn.example.com:51820, 192.0.2.1:51820 or [2001:db8::1]:51820.");
        return null;
    }

    private byte[] Key(string name, string value)
    {
        var key = new byte[KeySize];
        if (KeyText.TryReadBase64(value, key))
            return key;
        Fail($"`{name}` is no WireGuard key: it wants 44 characters of Base64 (32 bytes)", "`wg genkey`, `wg pubkey` and `wg genpsk` make them.");
        return [];
    }

    private long Number(string name, string value, long least, long most)
    {
        var isHexadecimal = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var isNumber = isHexadecimal
            ? long.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (isNumber && number >= least && number <= most)
            return number;
        Fail($"`{name}` wants a number from {least} to {most}, not {Shown(value)}");
        return least;
    }

    private static string[] Items(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private bool Once(string name)
    {
        if (_seen.Add(name.ToLowerInvariant()))
            return true;
        Fail($"`{name}` is here twice", "Keep one of them.");
        return false;
    }

    private void FinishPeer()
    {
        if (_peer is not { Line: > 0 } peer)
        {
            _peer = null;
            return;
        }
        _peer = null;
        // A key that was there and wrong has its error already.
        if (!_seen.Contains("publickey"))
            Fail(peer.Line, "this peer has no `PublicKey`");
        else if (peer.PublicKey.Length > 0 && !_peerLines.TryAdd(Convert.ToBase64String(peer.PublicKey), peer.Line))
            Fail(peer.Line, $"the peer of line {_peerLines[Convert.ToBase64String(peer.PublicKey)]} has the same `PublicKey`", "Put all its lines into one section.");
        else if (_result.Peers.Count == WireGuardLimits.MaxPeers)
            Fail(peer.Line, $"this is one peer more than the {WireGuardLimits.MaxPeers} that a tunnel may have");
        else
            _result.Peers.Add(peer);
    }

    private void Finish()
    {
        var hadPrivateKey = _result.PrivateKey.Length > 0 || _errors.Exists(static error => error.Message.StartsWith("`PrivateKey`", StringComparison.OrdinalIgnoreCase));
        FinishPeer();
        if (_interfaceLine == 0)
            Fail(1, "there is no section [Interface]");
        else if (!hadPrivateKey && _needsPrivateKey)
            Fail(_interfaceLine, "[Interface] has no `PrivateKey`", "`wg genkey` makes one.");
    }

    private void Fail(string message, string? advice = null) => Fail(_line, message, advice);

    private void Fail(int line, string message, string? advice = null)
    {
        if (_errors.Count < MaxErrors)
            _errors.Add(new QuickError(line, message, advice));
    }

    /// <summary>What an error may repeat of the file: short, fit for a terminal, and nothing that may be a key in the wrong place.</summary>
    private static string Shown(ReadOnlySpan<char> text)
    {
        var run = 0;
        foreach (var character in text)
        {
            run = char.IsAsciiLetterOrDigit(character) || character is '+' or '/' ? run + 1 : 0;
            if (run == KeyLikeRun)
                return "what stands here (it may be a key and is not shown)";
        }
        Span<char> shown = stackalloc char[LongestShown];
        var length = Math.Min(text.Length, LongestShown);
        for (var i = 0; i < length; i++)
            shown[i] = char.IsControl(text[i]) ? '?' : text[i];
        return $"`{shown[..length]}{(text.Length > length ? "..." : "")}`";
    }
}
