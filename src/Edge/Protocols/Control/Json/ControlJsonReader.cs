using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

/// <summary>
/// Reads the control server's JSON straight into the netmap's values. By hand, over the platform's tokenizer: what the platform generates goes
/// through objects of its own, and a map of a hundred thousand peers would be built twice. One instance belongs to one session; it keeps the
/// strings that repeat and lists to collect in.
/// </summary>
internal sealed partial class ControlJsonReader
{
    private readonly StringPool _strings = new();
    private readonly List<string> _texts = [];
    private readonly List<IpPrefix> _prefixes = [];
    private readonly List<Endpoint> _endpoints = [];
    private readonly List<NodeCapability> _capabilities = [];

    private delegate T Read<out T>(ref JsonSource json);

    /// <summary>Reads one message of the map stream.</summary>
    /// <param name="json">Decompressed, all of it.</param>
    /// <param name="response">Null when the result is false.</param>
    /// <param name="fault">What is wrong with it, for people; null when the result is true.</param>
    /// <returns>False: it is no such message, and nothing of it counts.</returns>
    public bool TryReadMap(ReadOnlySpan<byte> json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MapResponse? response, out string? fault)
    {
        var source = new JsonSource(json, _strings);
        return TryRead(ref source, ReadMap, out response, out fault);
    }

    /// <summary>Reads the answer to a registration.</summary>
    /// <inheritdoc cref="TryReadMap"/>
    public static bool TryReadRegister(ReadOnlySpan<byte> json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RegisterResponse? response, out string? fault)
    {
        var source = new JsonSource(json, new StringPool());
        return TryRead(ref source, ReadRegister, out response, out fault);
    }

    /// <summary>Reads the answer to `GET /key`.</summary>
    /// <inheritdoc cref="TryReadMap"/>
    public static bool TryReadKey(ReadOnlySpan<byte> json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out KeyResponse? response, out string? fault)
    {
        (response, fault) = (null, null);
        if (!TryReadOneKey<MachineKind>(json, s_key, out var key, out fault)) return false;
        response = new(key);
        return true;
    }

    /// <summary>Reads a relay map alone, as servers publish it and operators write it.</summary>
    /// <inheritdoc cref="TryReadMap"/>
    public static bool TryReadRelays(ReadOnlySpan<byte> json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DerpMap? relays, out string? fault)
    {
        var source = new JsonSource(json, new StringPool());
        relays = TryRead(ref source, ReadWholeRelays, out var read, out fault)
            ? new DerpMap { Regions = read.Regions ?? default, HomeScores = read.HomeScores ?? default, OmitDefaultRegions = read.OmitDefaultRegions }
            : null;
        return relays is not null;
    }

    /// <summary>Reads the early payload of the Noise channel.</summary>
    /// <param name="json">All of it.</param>
    /// <param name="challenge">Zero: there is none.</param>
    /// <returns>False: it is no such JSON.</returns>
    public static bool TryReadChallenge(ReadOnlySpan<byte> json, out KeyOf<ChallengeKind> challenge) =>
        TryReadOneKey(json, s_challenge, out challenge, out _);

    private static readonly FieldNames s_key = FieldNames.Of<KeyField>();
    private static readonly FieldNames s_challenge = FieldNames.Of<ChallengeField>();

    /// <summary>Reads one document, all of it or nothing.</summary>
    private static bool TryRead<T>(ref JsonSource source, Read<T> read, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value, out string? fault)
        where T : class
    {
        (value, fault) = (null, null);
        try
        {
            source.Begin();
            var whole = read(ref source);
            source.End();
            value = whole;
            return true;
        }
        catch (Exception e) when (IsFault(e))
        {
            fault = FaultOf(e);
            return false;
        }
    }

    private static bool TryReadOneKey<TKind>(ReadOnlySpan<byte> json, FieldNames names, out KeyOf<TKind> key, out string? fault) where TKind : struct, IKeyKind
    {
        var source = new JsonSource(json, new StringPool());
        (key, fault) = (default, null);
        try
        {
            source.Begin();
            if (!source.EnterObject()) throw source.Fault("object");
            while (source.NextField(names, out var field))
            {
                if (field == 0)
                    key = source.Key<TKind>();
                else
                    source.Skip();
            }
            source.End();
            return true;
        }
        catch (Exception e) when (IsFault(e))
        {
            key = default;
            fault = FaultOf(e);
            return false;
        }
    }

    // InvalidOperationException: the platform's word for a string whose bytes are no UTF-8, or whose escapes are half a pair.
    private static bool IsFault(Exception e) => e is JsonException or InvalidOperationException;

    // The platform's own words are names of resources in the published executable.
    private static string FaultOf(Exception e) => e switch
    {
        JsonException { BytePositionInLine: { } at, LineNumber: var line } => $"no JSON, or nested too deep, in line {line + 1} at byte {at}",
        JsonException => e.Message,
        _ => "no JSON: a string in it is no text",
    };

    private ValueList<string> ReadTexts(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        _texts.Clear();
        while (json.NextItem())
            _texts.Add(json.Pooled());
        return ValueLists.Own(_texts.ToArray());
    }

    private ValueList<IpPrefix> ReadPrefixes(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        _prefixes.Clear();
        while (json.NextItem())
            _prefixes.Add(json.Prefix());
        return ValueLists.Own(_prefixes.ToArray());
    }

    private ValueList<Endpoint> ReadEndpoints(ref JsonSource json)
    {
        if (!json.EnterArray()) return default;
        _endpoints.Clear();
        while (json.NextItem())
            _endpoints.Add(json.Endpoint());
        return ValueLists.Own(_endpoints.ToArray());
    }

    private static ValueList<T> ReadList<T>(ref JsonSource json, Read<T> item)
    {
        if (!json.EnterArray()) return default;
        var list = new List<T>();
        while (json.NextItem())
            list.Add(item(ref json));
        return ValueLists.Own(list.ToArray());
    }

    private static List<T>? ReadItems<T>(ref JsonSource json, Read<T> item)
    {
        if (!json.EnterArray()) return null;
        var list = new List<T>();
        while (json.NextItem())
            list.Add(item(ref json));
        return list;
    }
}
