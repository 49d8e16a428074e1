using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Io.Netlink;

namespace Edge.Node.Tunnels;

/// <summary>
/// What one running tunnel changed on the machine beside its own interface, written down before it is changed, so that the next start can undo
/// what a crash left behind. The interface itself goes with the process.
/// </summary>
internal sealed class SetupRecord
{
    public string Interface { get; set; } = "";

    public int ProcessId { get; set; }

    /// <summary>When the process started, in the kernel's ticks since boot: with the number it names one process.</summary>
    public ulong ProcessStart { get; set; }

    /// <summary>The network namespace that the rules are in.</summary>
    public string NetworkNamespace { get; set; } = "";

    public List<RoutingRule> Rules { get; set; } = [];

    /// <summary>What <c>net.ipv4.conf.all.src_valid_mark</c> was before; null: it was left alone.</summary>
    public string? SourceValidMark { get; set; }

    public ResolverBackup? Resolver { get; set; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SetupJson.Default.SetupRecord);

    /// <exception cref="JsonException">It is not one of these, as <see cref="Write"/> writes them.</exception>
    public static SetupRecord Read(ReadOnlyMemory<byte> utf8) => TunnelDocument.Read(utf8, static record => new SetupRecord
    {
        Interface = TunnelDocument.Text(record, "interface"),
        ProcessId = record.GetProperty("processId").GetInt32(),
        ProcessStart = record.GetProperty("processStart").GetUInt64(),
        NetworkNamespace = TunnelDocument.Text(record, "networkNamespace"),
        Rules = [.. record.GetProperty("rules").EnumerateArray().Select(Rule)],
        SourceValidMark = record.GetProperty("sourceValidMark").GetString(),
        Resolver = record.GetProperty("resolver") is { ValueKind: not JsonValueKind.Null } resolver ? Backup(resolver) : null,
    });

    private static RoutingRule Rule(JsonElement rule) => new(
        rule.GetProperty("isV4").GetBoolean(), rule.GetProperty("table").GetUInt32(), rule.GetProperty("unlessMark").GetUInt32(),
        rule.GetProperty("suppressesDefault").GetBoolean())
    {
        MarkMask = rule.GetProperty("markMask").GetUInt32(),
        Priority = rule.GetProperty("priority").GetUInt32(),
    };

    private static ResolverBackup Backup(JsonElement resolver) => new(
        TunnelDocument.Text(resolver, "path"), resolver.GetProperty("linkTarget").GetString(), resolver.GetProperty("content").GetString(), TunnelDocument.Text(resolver, "written"));
}

/// <summary>How <c>/etc/resolv.conf</c> was.</summary>
/// <param name="Path">The file.</param>
/// <param name="LinkTarget">Where it pointed, if it was a link.</param>
/// <param name="Content">What it said, if it was a file; null: there was none.</param>
/// <param name="Written">What was written instead: only that is replaced again.</param>
internal sealed record ResolverBackup(string Path, string? LinkTarget, string? Content, string Written);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SetupRecord))]
internal sealed partial class SetupJson : JsonSerializerContext;
