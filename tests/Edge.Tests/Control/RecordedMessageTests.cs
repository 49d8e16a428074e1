using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;

namespace Edge.Tests.Control;

/// <summary>Requests that a real client sent, written again from their content; answers of real servers, read.</summary>
public sealed class RecordedMessageTests
{
    [Test]
    public async Task Every_recorded_registration_is_reproduced()
    {
        var files = Files("*-register-request.json");
        foreach (var file in files)
        {
            var recorded = Json(file);
            var output = new ArrayBufferWriter<byte>();
            ControlJsonWriter.Write(output, new RegisterRequest
            {
                NodeKey = Key<NodeKind>(recorded, "NodeKey"),
                OldNodeKey = Key<NodeKind>(recorded, "OldNodeKey"),
                AuthKey = recorded["Auth"]?["AuthKey"]?.GetValue<string>(),
                Expiry = Time(recorded["Expiry"]!.GetValue<string>()),
                Followup = recorded["Followup"]!.GetValue<string>(),
                Host = Host(recorded["Hostinfo"]!),
                IsEphemeral = recorded["Ephemeral"]?.GetValue<bool>() ?? false,
            });
            await SameAs(output, recorded, file);
        }
        await Assert.That(files.Length).IsGreaterThan(5);
    }

    [Test]
    public async Task Every_recorded_map_request_is_reproduced()
    {
        var files = Files("*-map-request.json");
        foreach (var file in files)
        {
            var recorded = Json(file);
            var endpoints = recorded["Endpoints"]?.AsArray() ?? [];
            var kinds = recorded["EndpointTypes"]?.AsArray() ?? [];
            var output = new ArrayBufferWriter<byte>();
            ControlJsonWriter.Write(output, new MapRequest
            {
                NodeKey = Key<NodeKind>(recorded, "NodeKey"),
                DiscoKey = Key<DiscoKind>(recorded, "DiscoKey"),
                IsStream = recorded["Stream"]?.GetValue<bool>() ?? false,
                OmitsPeers = recorded["OmitPeers"]?.GetValue<bool>() ?? false,
                Host = Host(recorded["Hostinfo"]!),
                Endpoints = [.. endpoints.Zip(kinds, (endpoint, kind) => new OwnEndpoint(Endpoint(endpoint!.GetValue<string>()), (EndpointKind)kind!.GetValue<int>()))],
            });
            // What the daemon was told to say about its own debugging.
            recorded.AsObject().Remove("DebugFlags");
            await SameAs(output, recorded, file);
        }
        await Assert.That(files.Length).IsGreaterThan(10);
    }

    [Test]
    public async Task Every_recorded_answer_to_a_registration_is_read()
    {
        var files = Files("*-register-response.json");
        foreach (var file in files)
        {
            var recorded = Json(file);
            await Assert.That(ControlJsonReader.TryReadRegister(await File.ReadAllBytesAsync(file), out var response, out var fault)).IsTrue().Because($"{file}: {fault}");
            await Assert.That(response!.IsNodeKeyExpired).IsEqualTo(recorded["NodeKeyExpired"]!.GetValue<bool>());
            await Assert.That(response.IsMachineAuthorized).IsEqualTo(recorded["MachineAuthorized"]!.GetValue<bool>());
            await Assert.That(response.LoginName).IsEqualTo(recorded["Login"]!["LoginName"]!.GetValue<string>());
            await Assert.That(response.UserName).IsEqualTo(recorded["User"]!["DisplayName"]!.GetValue<string>());
            await Assert.That(response.AuthUrl + response.Error).IsEqualTo("");
        }
        await Assert.That(files.Length).IsGreaterThan(5);
    }

    [Test]
    public async Task Every_recorded_server_key_is_read()
    {
        var files = Files("*-key-response.json");
        foreach (var file in files)
        {
            await Assert.That(ControlJsonReader.TryReadKey(await File.ReadAllBytesAsync(file), out var response, out var fault)).IsTrue().Because($"{file}: {fault}");
            await Assert.That(response!.ServerKey.ToString()).IsEqualTo(Json(file)["publicKey"]!.GetValue<string>());
        }
        await Assert.That(files).IsNotEmpty();
    }

    [Test]
    [Arguments("{\"AuthURL\":\"https://login.example/a/1\"}", "https://login.example/a/1", "")]
    [Arguments("{\"Error\":\"no\",\"AuthURL\":null,\"Later\":{\"x\":[1,{}]}}", "", "no")]
    [Arguments("{\"authurl\":\"u\"}", "u", "")]
    public async Task An_answer_with_a_URL_or_an_error_is_read(string json, string url, string error)
    {
        await Assert.That(ControlJsonReader.TryReadRegister(Encoding.UTF8.GetBytes(json), out var response, out _)).IsTrue();
        await Assert.That(response!.AuthUrl).IsEqualTo(url);
        await Assert.That(response.Error).IsEqualTo(error);
    }

    [Test]
    [Arguments("")]
    [Arguments("null")]
    [Arguments("[]")]
    [Arguments("{\"AuthURL\":1}")]
    [Arguments("{} x")]
    [Arguments("{\"Error\":\"\\ud800\"}")]
    public async Task What_is_no_answer_is_refused_with_a_reason(string json)
    {
        await Assert.That(ControlJsonReader.TryReadRegister(Encoding.UTF8.GetBytes(json), out _, out var fault)).IsFalse();
        await Assert.That(fault).IsNotNull();
    }

    [Test]
    public async Task An_auth_key_never_prints()
    {
        var request = new RegisterRequest { NodeKey = default, AuthKey = "tskey-secret", Host = new() };
        await Assert.That(request.ToString()).DoesNotContain("secret");
    }

    private static async Task SameAs(ArrayBufferWriter<byte> written, JsonNode recorded, string what)
    {
        var ours = JsonNode.Parse(written.WrittenSpan)!.AsObject();
        await Assert.That(ours["Version"]!.GetValue<int>()).IsEqualTo(CapabilityVersion.Current);
        // Ours is another version, and has no key of tailnet lock.
        ours["Version"] = recorded["Version"]!.DeepClone();
        recorded.AsObject().Remove("NLKey");
        recorded.AsObject().Remove("NodeKeySignature");
        if (!JsonNode.DeepEquals(ours, recorded))
            await Assert.That(ours.ToJsonString()).IsEqualTo(recorded.ToJsonString()).Because(what);
    }

    // The requests hold a Hostinfo like the nodes of the map: read by what reads those.
    private static Edge.Foundation.Netmap.HostInfo Host(JsonNode recorded)
    {
        var json = new JsonObject { ["Node"] = new JsonObject { ["Hostinfo"] = recorded.DeepClone() } };
        return new ControlJsonReader().TryReadMap(Encoding.UTF8.GetBytes(json.ToJsonString()), out var message, out var fault)
            ? message.Self!.Host
            : throw new InvalidDataException(fault);
    }

    private static string[] Files(string pattern) =>
        Directory.GetFiles(Repository.PathOf("tests", "vectors", "control_json"), pattern, SearchOption.AllDirectories);

    private static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllBytes(file))!;

    private static KeyOf<TKind> Key<TKind>(JsonNode json, string name) where TKind : IKeyKind =>
        KeyOf<TKind>.TryParse(json[name]!.GetValue<string>(), out var key) ? key : throw new FormatException(name);

    private static Endpoint Endpoint(string text)
    {
        var platform = System.Net.IPEndPoint.Parse(text);
        return new(IpAddress.Of(platform.Address), (ushort)platform.Port);
    }

    private static UtcTime Time(string text) => UtcTime.TryParse(Encoding.ASCII.GetBytes(text), out var time) ? time : throw new FormatException(text);
}
