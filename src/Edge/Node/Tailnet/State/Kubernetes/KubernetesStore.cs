using System.Net;
using Edge.Io;
using Edge.Io.Http;

namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>
/// `kube:NAME`: a Secret in the pod's namespace, each piece under its own name in the Secret's data. As the stock client's store (tailscale v1.96.5,
/// ipn/store/kubestore) it makes the Secret where there is none, patches it, and where it may not patch replaces it; a stock client's own state can
/// be in the same Secret. Calls block until the API server has answered.
/// </summary>
internal sealed class KubernetesStore : IStateStore
{
    /// <summary>What a Secret's data may have in all (Kubernetes, core/v1 MaxSecretSize).</summary>
    private const int MostData = 1024 * 1024;

    // The data in base64, and beside it what tools keep in annotations and managed fields.
    private const int MostAnswer = 4 * 1024 * 1024;
    private const int MostName = 253;
    private const string JsonPatch = "application/json-patch+json";

    private readonly string _name;
    private readonly string _place;
    private readonly Uri _secrets;
    private readonly PodAccount _account;
    private readonly HttpAsker _asker;
    private readonly KubernetesLimits _limits;

    // A server that lets us replace but not patch is not asked to patch again.
    private bool _mayNotPatch;

    /// <param name="name">Of the Secret.</param>
    /// <param name="api">Of the API server, `https://kubernetes.default.svc`.</param>
    /// <param name="account">Who asks.</param>
    /// <param name="dialler">How the server is reached.</param>
    /// <param name="limits">How long it is waited for.</param>
    /// <exception cref="IOException">This is no pod, or the name is none.</exception>
    public KubernetesStore(string name, Uri api, PodAccount account, IDialler dialler, KubernetesLimits? limits = null)
    {
        if (name.Length is 0 or > MostName || !name.All(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.') || !char.IsAsciiLetterOrDigit(name[0]))
            throw new IOException($"\"{name}\" in stateDir = \"kube:{name}\" is no name of a Secret: a Secret's has small letters, digits, '-' and '.'");
        var space = account.Namespace;
        (_name, _place, _account, _limits) = (name, $"the Secret {space}/{name}", account, limits ?? new());
        _secrets = new Uri(api, $"/api/v1/namespaces/{Uri.EscapeDataString(space)}/secrets");
        var roots = account.Roots;
        _asker = new(dialler, new(() => roots));
    }

    /// <summary>Where pods find the API server: the address in the environment, which needs no look-up, else the cluster's name for it.</summary>
    public static Uri Api(Func<string, string?> environment)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host) return new Uri("https://kubernetes.default.svc");
        var port = environment("KUBERNETES_SERVICE_PORT_HTTPS") is { Length: > 0 } https ? https : environment("KUBERNETES_SERVICE_PORT");
        return new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{(string.IsNullOrEmpty(port) ? "443" : port)}");
    }

    public byte[]? Read(string name)
    {
        using var secret = Wait(Get);
        return secret?.Find(name);
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var kept = content.ToArray();
        Wait(() => Change(_ => [new(name, kept)]));
    }

    public string SetAside(string name)
    {
        var aside = "";
        Wait(() => Change(secret =>
        {
            var number = 1;
            while (secret?.Has($"{name}.corrupt-{number}") == true)
                number++;
            aside = $"{name}.corrupt-{number}";
            return [new(aside, secret?.Find(name) ?? []), new(name, null)];
        }));
        return $"{aside} in {_place}";
    }

    // One question at a time, on a thread of the pool's: what the caller runs on may be one that the answer needs.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    /// <summary>Null: there is no such Secret.</summary>
    private async Task<SecretDocument?> Get()
    {
        var answer = await Ask(HttpMethod.Get, At(_name), null, "application/json", "read");
        if (answer.Status == HttpStatusCode.NotFound) return null;
        if (answer.Status != HttpStatusCode.OK) throw Refusal("read", answer);
        return (answer.Body is { } body ? SecretDocument.TryParse(body) : null) ?? throw new IOException($"{_place} cannot be read: the API server's answer is none");
    }

    /// <summary>Changes pieces, again where another writer came between.</summary>
    private async Task<bool> Change(Func<SecretDocument?, IReadOnlyList<SecretChange>> changesOf)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var secret = await Get();
            var changes = changesOf(secret);
            var size = changes.Sum(static change => (long)(change.Content?.Length ?? 0)) + (secret?.SizeWithout(changes) ?? 0);
            if (size > MostData)
                throw new IOException($"{_place} cannot be written: its data would have {size} bytes, and a Secret may have 1 MiB. Choose a stateDir on a volume");
            var answer = await Put(secret, changes);
            if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created) return true;
            if (answer.Status != HttpStatusCode.Conflict) throw Refusal(secret is null ? "made" : "written", answer);
            if (attempt == _limits.Attempts)
                throw new IOException($"{_place} cannot be written: another writer came between {attempt} times{SecretJson.Words(answer.Body)}. Give each node a Secret of its own");
            await Pause(attempt);
        }
    }

    private async Task<HttpAnswer> Put(SecretDocument? secret, IReadOnlyList<SecretChange> changes)
    {
        if (secret is null)
            return await Ask(HttpMethod.Post, _secrets, SecretJson.New(_name, changes), "application/json", "made");
        if (!_mayNotPatch)
        {
            var answer = await Ask(HttpMethod.Patch, At(_name), SecretJson.Patch(secret, changes), JsonPatch, "written");
            if (answer.Status != HttpStatusCode.Forbidden) return answer;
        }
        var replaced = await Ask(HttpMethod.Put, At(_name), secret.With(changes), "application/json", "written");
        _mayNotPatch = replaced.Status == HttpStatusCode.OK;
        return replaced;
    }

    /// <summary>Asks, again where the server is busy or cannot be reached yet.</summary>
    private async Task<HttpAnswer> Ask(HttpMethod method, Uri url, ReadOnlyMemory<byte>? body, string type, string what)
    {
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            // Anew each time: tokens are replaced.
            var authorization = $"Bearer {_account.Token}";
            try
            {
                var answer = await _asker.Ask(new HttpQuestion(method, url)
                {
                    Body = body,
                    BodyType = type,
                    Accept = "application/json",
                    Authorization = authorization,
                    Limit = _limits.Answer,
                    MostBytes = MostAnswer,
                }, CancellationToken.None);
                if (answer.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
                    return answer;
                problem = $"HTTP {(int)answer.Status}{SecretJson.Words(answer.Body)}";
            }
            catch (IOException e) when (e is not DialException { Step: DialStep.Handshake })
            {
                problem = e.Message;
            }
            if (attempt == _limits.Attempts)
                throw new IOException($"{_place} cannot be {what} at {url.Authority}: {problem} ({attempt} times)");
            await Pause(attempt);
        }
    }

    private Task Pause(int attempt) => Task.Delay(_limits.FirstPause * (1 << (attempt - 1)));

    private IOException Refusal(string what, HttpAnswer answer)
    {
        var advice = answer.Status switch
        {
            HttpStatusCode.Forbidden => ". Give the pod's service account a Role with get, create, update and patch on this Secret",
            HttpStatusCode.Unauthorized => ". The pod's token is not taken: is it mounted, and of this cluster?",
            _ => "",
        };
        return new IOException($"{_place} cannot be {what}: HTTP {(int)answer.Status}{SecretJson.Words(answer.Body)}{advice}");
    }

    private Uri At(string name) => new($"{_secrets}/{name}");
}
