using System.Text;
using Edge.Io;
using Edge.Node.Tailnet.State;
using Edge.Node.Tailnet.State.Kubernetes;
using Edge.Tests.Cli;
using Edge.Tests.Io.Http;

namespace Edge.Tests.Node.Tailnet.State;

/// <summary>A node's state in a Kubernetes Secret: made, patched or replaced, whatever else is in it, and what is said when it cannot be.</summary>
public sealed class KubernetesStoreTests
{
    [Test]
    public async Task A_Secret_that_is_not_there_is_made()
    {
        await using var kubernetes = new FakeKubernetes();
        var store = kubernetes.Open("edge-state");
        await Assert.That(store.Read("identity.json")).IsNull();
        store.Write("identity.json", "{}"u8);
        await Assert.That(kubernetes.Data("edge-state")).IsEqualTo("identity.json={}");
        await Assert.That(Encoding.UTF8.GetString(kubernetes.Open("edge-state").Read("identity.json")!)).IsEqualTo("{}");
        await Assert.That(string.Join(' ', kubernetes.Http.Rest().Select(request => request.Method))).IsEqualTo("GET GET POST GET");
        await Assert.That(kubernetes.Http.Dialled.Distinct().Single()).IsEqualTo("kubernetes.default.svc:443");
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task What_else_is_in_the_Secret_stays(bool isPatchDenied)
    {
        await using var kubernetes = new FakeKubernetes();
        kubernetes.Add("edge", ("_machinekey", "a stock client's"), ("netmap.json", "old"));
        if (isPatchDenied)
            kubernetes.Denied.Add("patch");
        var store = kubernetes.Open("edge");
        store.Write("netmap.json", "new"u8);
        store.Write("identity.json", "{}"u8);
        await Assert.That(kubernetes.Data("edge")).IsEqualTo("_machinekey=a stock client's identity.json={} netmap.json=new");
        await Assert.That((string)kubernetes.Secret("edge")["metadata"]!["labels"]!["kept"]!).IsEqualTo("yes");
        await Assert.That((string)kubernetes.Secret("edge")["type"]!).IsEqualTo("Opaque");
        // Who may not patch finds that out once.
        await Assert.That(string.Join(' ', kubernetes.Http.Rest().Select(request => request.Method))).IsEqualTo(isPatchDenied ? "GET PATCH PUT GET PUT" : "GET PATCH GET PATCH");
    }

    [Test]
    [Arguments(false, false)]
    [Arguments(false, true)]
    [Arguments(true, false)]
    [Arguments(true, true)]
    public async Task Another_writer_between_reading_and_writing_is_no_loss(bool isThere, bool isPatchDenied)
    {
        await using var kubernetes = new FakeKubernetes { Intruders = 3 };
        if (isThere)
            kubernetes.Add("edge");
        if (isPatchDenied)
            kubernetes.Denied.Add("patch");
        kubernetes.Open("edge").Write("identity.json", "{}"u8);
        await Assert.That(kubernetes.Data("edge")).Contains("identity.json={}");
        // A patch of a piece needs no version once there is data.
        await Assert.That(kubernetes.Data("edge").Split("other-").Length - 1).IsBetween(1, 3);
    }

    [Test]
    public async Task A_writer_that_always_comes_between_is_an_error_in_the_end()
    {
        await using var kubernetes = new FakeKubernetes { Intruders = int.MaxValue };
        kubernetes.Denied.Add("patch");
        kubernetes.Add("edge", ("a", "b"));
        await Fails(() => kubernetes.Open("edge").Write("identity.json", "{}"u8), "the Secret apps/edge cannot be written: another writer came between 5 times", "Give each node a Secret of its own");
        await Assert.That(kubernetes.Data("edge")).DoesNotContain("identity.json");
    }

    [Test]
    public async Task Who_may_not_read_or_write_is_told_which_permission_is_missing()
    {
        await using var kubernetes = new FakeKubernetes();
        kubernetes.Denied.Add("create");
        await Fails(() => kubernetes.Open("edge").Write("a", "b"u8), "the Secret apps/edge cannot be made: HTTP 403: secrets \"edge\" is forbidden", "a Role with get, create, update and patch");
        kubernetes.Add("edge", ("a", "b"));
        kubernetes.Denied.UnionWith(["patch", "update"]);
        await Fails(() => kubernetes.Open("edge").Write("a", "b"u8), "the Secret apps/edge cannot be written: HTTP 403", "cannot update resource");
        kubernetes.Denied.Add("get");
        await Fails(() => kubernetes.Open("edge").Read("a"), "the Secret apps/edge cannot be read: HTTP 403", "cannot get resource");
    }

    [Test]
    public async Task A_token_that_was_replaced_is_read_again()
    {
        await using var kubernetes = new FakeKubernetes();
        var store = kubernetes.Open("edge");
        store.Write("a", "1"u8);
        kubernetes.Token = "second";
        await Fails(() => store.Read("a"), "HTTP 401: Unauthorized", "The pod's token is not taken");
        kubernetes.SetToken("second");
        await Assert.That(Encoding.UTF8.GetString(store.Read("a")!)).IsEqualTo("1");
    }

    [Test]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        var busy = 3;
        await using var kubernetes = new FakeKubernetes();
        kubernetes.Instead = _ => busy-- > 0 ? ScriptedHttp.Answer(503, """{"message":"apiserver is shutting down"}""") : null;
        var store = kubernetes.Open("edge");
        store.Write("a", "1"u8);
        await Assert.That(Encoding.UTF8.GetString(store.Read("a")!)).IsEqualTo("1");
        busy = int.MaxValue;
        await Fails(() => store.Read("a"), "the Secret apps/edge cannot be read at kubernetes.default.svc: HTTP 503: apiserver is shutting down (5 times)");
    }

    [Test]
    public async Task A_server_that_never_answers_is_left_and_said()
    {
        await using var kubernetes = new FakeKubernetes { IsSilent = true };
        var store = kubernetes.Open("edge", new() { Answer = TimeSpan.FromSeconds(0.25), Attempts = 2, FirstPause = TimeSpan.Zero });
        await Fails(() => store.Read("a"), "the Secret apps/edge cannot be read at kubernetes.default.svc: no whole answer within 0.25 s (2 times)");
    }

    [Test]
    public async Task A_server_by_another_authority_is_not_trusted_with_the_token()
    {
        await using var kubernetes = new FakeKubernetes();
        await using var other = new FakeKubernetes();
        var store = new KubernetesStore("edge", new Uri("https://kubernetes.default.svc"), new PodAccount(other.Folder), kubernetes.Http);
        var failure = await Assert.That(() => store.Read("a")).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("certificate refused");
        await Assert.That(kubernetes.Http.Rest()).IsEmpty();
    }

    [Test]
    public async Task What_nobody_can_read_is_kept_aside_in_the_Secret()
    {
        await using var kubernetes = new FakeKubernetes();
        kubernetes.Add("edge", (NodeIdentity.Name, "{"), (NodeIdentity.Name + ".corrupt-1", "older"));
        var store = kubernetes.Open("edge");
        using var identity = NodeIdentity.Load(store, new SystemEntropy(), out var warning);
        await Assert.That(warning).Contains($"{NodeIdentity.Name}.corrupt-2 in the Secret apps/edge");
        await Assert.That(kubernetes.Data("edge")).IsEqualTo($"{NodeIdentity.Name}.corrupt-1=older {NodeIdentity.Name}.corrupt-2={{");
        identity.Save(store);
        using var again = NodeIdentity.Load(kubernetes.Open("edge"), new SystemEntropy(), out warning);
        await Assert.That(warning).IsNull();
        await Assert.That(again).IsEqualTo(identity);
    }

    [Test]
    public async Task A_piece_that_is_too_large_for_a_Secret_is_refused_here()
    {
        await using var kubernetes = new FakeKubernetes();
        kubernetes.Add("edge", ("a", new string('x', 600_000)));
        await Fails(() => kubernetes.Open("edge").Write("netmap.json", new byte[500_000]), "a Secret may have 1 MiB");
        kubernetes.Open("edge").Write("a", new byte[1_000_000]);
    }

    [Test]
    [Arguments("<html>")]
    [Arguments("[]")]
    [Arguments("{\"data\":7}")]
    public async Task An_answer_that_is_none_is_said(string body)
    {
        await using var kubernetes = new FakeKubernetes { Instead = _ => ScriptedHttp.Answer(200, body) };
        await Fails(() => kubernetes.Open("edge").Read("a"), "the API server's answer is none");
    }

    [Test]
    [Arguments("")]
    [Arguments("../other")]
    [Arguments("Upper")]
    [Arguments("a/b")]
    public async Task A_name_that_is_none_is_refused_before_anything_is_asked(string name)
    {
        await using var kubernetes = new FakeKubernetes();
        await Fails(() => kubernetes.Open(name), "is no name of a Secret");
        await Assert.That(kubernetes.Http.Dialled).IsEmpty();
    }

    [Test]
    public async Task Outside_of_a_pod_the_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        await Fails(() => _ = new PodAccount(folder.Path).Namespace, Path.Combine(folder.Path, "namespace"), "automountServiceAccountToken");
        folder.Write("ca.crt", "no certificate"u8);
        await Fails(() => _ = new PodAccount(folder.Path).Roots, "ca.crt", "PEM");
    }

    [Test]
    [Arguments(null, null, "https://kubernetes.default.svc/")]
    [Arguments("10.96.0.1", "6443", "https://10.96.0.1:6443/")]
    [Arguments("fd00::1", null, "https://[fd00::1]/")]
    public async Task The_server_is_found_as_pods_find_it(string? host, string? port, string expected)
    {
        var api = KubernetesStore.Api(name => name switch { "KUBERNETES_SERVICE_HOST" => host, "KUBERNETES_SERVICE_PORT_HTTPS" => port, _ => null });
        await Assert.That(api.ToString()).IsEqualTo(expected);
    }

    private static async Task Fails(Action work, params string[] expected)
    {
        var failure = await Assert.That(work).Throws<IOException>();
        foreach (var text in expected)
            await Assert.That(failure!.Message).Contains(text);
    }
}
