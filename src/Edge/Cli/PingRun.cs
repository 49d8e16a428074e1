using System.Globalization;
using System.Text.Json;

namespace Edge.Cli;

/// <summary>The pings of one `edge ping`, and what is said of them: as `tailscale ping` does (cmd/tailscale/cli/ping.go of 1.96.5).</summary>
/// <param name="terminal">Where it is written.</param>
/// <param name="type">How is pinged, in the LocalAPI's words.</param>
/// <param name="isJson">Nothing is written but a document at the end.</param>
internal sealed class PingRun(Terminal terminal, string type, bool isJson)
{
    private readonly List<JsonElement> _pongs = [];
    private int _count;
    private bool _isDirect;
    private bool _isOwn;
    private string _error = "";

    /// <summary>As the user wrote it.</summary>
    public required string Peer { get; init; }

    /// <summary>So many are sent.</summary>
    public required int Most { get; init; }

    /// <summary>A direct path is enough, and nothing less is.</summary>
    public required bool UntilDirect { get; init; }

    /// <summary>Takes what came of one.</summary>
    /// <param name="result">The LocalAPI's answer; null: no pong came in time.</param>
    /// <returns>True: it was the last.</returns>
    public bool Take(JsonElement? result)
    {
        _count++;
        if (result is not { } pong)
        {
            Say($"ping \"{Peer}\" timed out");
            return _count >= Most;
        }
        if (Printable.Of(pong, "Err") is { Length: > 0 } error)
        {
            _isOwn = pong.TryGetProperty("IsLocalIP", out var own) && own.GetBoolean();
            if (_isOwn)
                Say(error);
            _error = error;
            return true;
        }
        _pongs.Add(pong.Clone());
        _isDirect |= Printable.Of(pong, "Endpoint").Length > 0;
        Say(Describe(pong));
        return _count >= Most || (UntilDirect && _isDirect);
    }

    /// <summary>Says what is left to say.</summary>
    /// <returns>The exit code.</returns>
    public int End()
    {
        if (isJson)
            terminal.Out.Write(CliJson.Text(WriteDocument) + "\n");
        if (_isOwn)
            return ExitCode.Done;
        if (_error.Length > 0)
            terminal.Fail(_error, "`edge status` shows how the peer stands.");
        else if (_pongs.Count == 0)
            terminal.Fail("no reply", $"`edge status` shows whether `{Peer}` is online.");
        else if (UntilDirect && !_isDirect)
            terminal.Fail("direct connection not established", "`edge netcheck` on both sides shows what their networks let through.");
        else
            return ExitCode.Done;
        return ExitCode.Failed;
    }

    private string Describe(JsonElement pong)
    {
        var latency = Latency(pong.GetProperty("LatencySeconds").GetDouble());
        var (name, address) = (Printable.Of(pong, "NodeName"), Printable.Of(pong, "NodeIP"));
        if (type == "peerapi")
            return $"hit peerapi of {address} ({name}) at {Printable.Of(pong, "PeerAPIURL")} in {latency}";
        var port = pong.TryGetProperty("PeerAPIPort", out var told) ? $", {told}" : "";
        var region = Printable.Of(pong, "DERPRegionCode");
        var via = pong.GetProperty("DERPRegionID").GetInt32() is not 0 and var id ? $"DERP({(region.Length > 0 ? region : id)})" : Printable.Of(pong, "Endpoint");
        return $"pong from {name} ({address}{port}) via {(via.Length > 0 ? via : type)} in {latency}";
    }

    /// <summary>Whole milliseconds; of what takes less than ten, tenths too.</summary>
    internal static string Latency(double seconds) =>
        seconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds * 1000, seconds < 0.01 ? 1 : 0):0.#}ms");

    private void Say(string text)
    {
        if (isJson)
            return;
        terminal.Out.Write(text + "\n");
        // Who watches sees each as it comes.
        terminal.Out.Flush();
    }

    private void WriteDocument(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("Peer"u8, Peer);
        json.WriteString("Type"u8, type);
        json.WriteNumber("Sent"u8, _count);
        json.WriteBoolean("Direct"u8, _isDirect);
        json.WriteString("Err"u8, _error);
        json.WriteStartArray("Pongs"u8);
        foreach (var pong in _pongs)
            pong.WriteTo(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
