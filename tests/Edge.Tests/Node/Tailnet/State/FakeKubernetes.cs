using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Edge.Node.Tailnet.State.Kubernetes;
using Edge.Tests.Cli;
using Edge.Tests.Image;
using Edge.Tests.Io.Http;

namespace Edge.Tests.Node.Tailnet.State;

/// <summary>
/// An API server's Secrets of one namespace, and a pod's account for it: over TLS by a private authority, with resource versions, JSON patches, and
/// what a test wants to go wrong.
/// </summary>
internal sealed class FakeKubernetes : IAsyncDisposable
{
    private const string Base = "/api/v1/namespaces/apps/secrets";

    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _certificate;
    private readonly TemporaryFolder _folder = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _secrets = [];
    private int _version = 100;

    public FakeKubernetes()
    {
        _certificate = _authority.Issue("kubernetes.default.svc", DateTimeOffset.UtcNow.AddMonths(1));
        Http = new(Answer, _certificate);
        _folder.Write("namespace", "apps\n"u8);
        _folder.Write("ca.crt", Encoding.ASCII.GetBytes(_authority.Pem));
        SetToken("first");
    }

    public ScriptedHttp Http { get; }

    public string Folder => _folder.Path;

    /// <summary>The token that is taken.</summary>
    public string Token { get; set; } = "first";

    /// <summary>Verbs that the account may not.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>Before a change: another writer gets in between so often.</summary>
    public int Intruders { get; set; }

    /// <summary>Instead of an answer; null: the usual one.</summary>
    public Func<SeenRequest, string?> Instead { get; set; } = static _ => null;

    /// <summary>Nobody answers.</summary>
    public bool IsSilent { get; set; }

    public KubernetesStore Open(string name, KubernetesLimits? limits = null) =>
        new(name, new Uri("https://kubernetes.default.svc"), new PodAccount(Folder), Http, limits ?? new() { FirstPause = TimeSpan.Zero });

    public void SetToken(string token) => _folder.Write("token", Encoding.ASCII.GetBytes(token + "\n"));

    /// <summary>A Secret that a person made, with data by name.</summary>
    public void Add(string name, params (string Name, string Text)[] data)
    {
        var secret = new JsonObject
        {
            ["kind"] = "Secret",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = name, ["resourceVersion"] = Next(), ["labels"] = new JsonObject { ["kept"] = "yes" } },
            ["type"] = "Opaque",
        };
        if (data.Length > 0)
            secret["data"] = new JsonObject(data.Select(piece => KeyValuePair.Create(piece.Name, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(piece.Text)))));
        _secrets[name] = secret;
    }

    /// <summary>`name=text` of a Secret's data, in the names' order.</summary>
    public string Data(string name) => string.Join(' ', _secrets[name]["data"]!.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}={Encoding.UTF8.GetString(Convert.FromBase64String((string)pair.Value!))}"));

    public JsonObject Secret(string name) => _secrets[name];

    public async ValueTask DisposeAsync()
    {
        await Http.DisposeAsync();
        _certificate.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    private string? Answer(SeenRequest request)
    {
        lock (_lock)
        {
            if (IsSilent) return null;
            if (Instead(request) is { } other) return other;
            if (request.Fields["Authorization"] != $"Bearer {Token}") return Status(401, "Unauthorized");
            if (request.Method != "POST" && !request.Target.StartsWith(Base + "/", StringComparison.Ordinal)) return Status(404, "the server could not find the requested resource");
            var name = request.Method == "POST" ? (string)JsonNode.Parse(request.Body)!["metadata"]!["name"]! : request.Target[(Base.Length + 1)..];
            var verb = request.Method switch { "GET" => "get", "POST" => "create", "PUT" => "update", _ => "patch" };
            if (Denied.Contains(verb))
                return Status(403, $"secrets \"{name}\" is forbidden: User \"system:serviceaccount:apps:edge\" cannot {verb} resource \"secrets\" in API group \"\" in the namespace \"apps\"");
            if (verb != "get" && Intruders-- > 0)
                Intrude(name);
            return verb switch
            {
                "get" => _secrets.TryGetValue(name, out var found) ? ScriptedHttp.Answer(200, found.ToJsonString()) : Status(404, $"secrets \"{name}\" not found"),
                "create" => Create(name, JsonNode.Parse(request.Body)!.AsObject()),
                "update" => Update(name, JsonNode.Parse(request.Body)!.AsObject()),
                _ => request.Fields["Content-Type"] == "application/json-patch+json" ? Patch(name, JsonNode.Parse(request.Body)!.AsArray()) : Status(415, "media type"),
            };
        }
    }

    private void Intrude(string name)
    {
        if (!_secrets.ContainsKey(name))
            Add(name);
        var secret = _secrets[name];
        secret["data"] ??= new JsonObject();
        secret["data"]![$"other-{_version}"] = "eA==";
        secret["metadata"]!["resourceVersion"] = Next();
    }

    private string Create(string name, JsonObject secret)
    {
        if (_secrets.ContainsKey(name)) return Status(409, $"secrets \"{name}\" already exists");
        secret["metadata"]!["resourceVersion"] = Next();
        _secrets[name] = secret;
        return ScriptedHttp.Answer(201, secret.ToJsonString());
    }

    private string Update(string name, JsonObject secret)
    {
        if ((string?)secret["metadata"]!["resourceVersion"] != (string?)_secrets[name]["metadata"]!["resourceVersion"]) return Conflict(name);
        secret["metadata"]!["resourceVersion"] = Next();
        _secrets[name] = secret;
        return ScriptedHttp.Answer(200, secret.ToJsonString());
    }

    private string Patch(string name, JsonArray operations)
    {
        var secret = _secrets[name].DeepClone().AsObject();
        foreach (var operation in operations)
        {
            var path = ((string)operation!["path"]!)[1..].Split('/');
            var parent = path.Length == 1 ? secret : secret[path[0]]?.AsObject();
            if (parent is null) return Status(422, "add operation does not apply: doc is missing path");
            if ((string)operation["op"]! == "remove")
            {
                if (!parent.Remove(path[^1])) return Status(422, "remove operation does not apply: doc is missing key");
            }
            else
            {
                parent[path[^1]] = operation["value"]!.DeepClone();
            }
        }
        if ((string?)secret["metadata"]!["resourceVersion"] != (string?)_secrets[name]["metadata"]!["resourceVersion"]) return Conflict(name);
        secret["metadata"]!["resourceVersion"] = Next();
        _secrets[name] = secret;
        return ScriptedHttp.Answer(200, secret.ToJsonString());
    }

    private string Next() => (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Conflict(string name) =>
        Status(409, $"Operation cannot be fulfilled on secrets \"{name}\": the object has been modified; please apply your changes to the latest version and try again");

    private static string Status(int code, string message) =>
        ScriptedHttp.Answer(code, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = message, ["code"] = code }.ToJsonString());
}
