using System.Text.Json;

namespace Edge.Tests.Image;

/// <summary>The image of Dockerfile.distroless, in a root with nothing else and a network of its own.</summary>
[Category(Published.Category)]
public sealed class ImageTests
{
    private const string Name = "service.test";
    private const string Bundle = "/etc/ssl/test.pem";
    private const string StandardBundle = "/etc/ssl/certs/ca-certificates.crt";

    private static readonly string[] s_checkName = ["edge", "check", "--system", "--json", "--url", $"https://{Name}/status"];
    private static readonly string[] s_checkMachine = ["edge", "check", "--system", "--json"];

    [Test]
    public async Task It_holds_the_executable_the_roots_one_user_and_the_state_folder_only()
    {
        string root = RootFolder.Image();
        string[] found = [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Where(path => File.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            .Select(path => Path.GetRelativePath(root, path))
            .Order(StringComparer.Ordinal)];
        await Assert.That(string.Join(' ', found)).IsEqualTo("etc/group etc/passwd etc/ssl/certs/ca-certificates.crt usr/bin/edge var/lib/edge");
    }

    [Test]
    public async Task Its_command_is_edge_on_the_path_as_a_user_without_rights()
    {
        string path = Repository.PathOf("artifacts", "image", "inspect.json");
        Skip.Unless(File.Exists(path), "artifacts/image/inspect.json is missing: run scripts/image");
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        JsonElement config = document.RootElement.GetProperty("OCIv1").GetProperty("config");
        await Assert.That(config.GetProperty("User").GetString()).IsEqualTo("65532:65532");
        await Assert.That(config.GetProperty("Cmd")[0].GetString()).IsEqualTo("edge");
        await Assert.That(config.TryGetProperty("Entrypoint", out _)).IsFalse();
    }

    [Test]
    public async Task It_starts()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, ["edge", "version"]);
        await Assert.That(outcome.Error).IsEqualTo("");
        await Assert.That(outcome.Output).StartsWith("edge ");
        await Assert.That(outcome.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task NSec_initialises_and_OpenSSL_is_inside()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, s_checkMachine);
        await Assert.That(outcome.Check("libsodium").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("libsodium").Text).StartsWith("1.0.22, initialised by NSec");
        await Assert.That(outcome.Check("openssl").Text).EndsWith(", linked in");
        await Assert.That(outcome.Check("ca bundle").State).IsEqualTo("ok");
        await Assert.That(outcome.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task Https_to_a_name_goes_through_resolv_conf()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        using var authority = new TestAuthority();
        await using var dns = new DnsResponder(network, Name);
        await using var server = new HttpsServer(network, authority.Issue(Name, Tomorrow));
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        root.Write(Bundle, authority.Pem);

        Outcome outcome = await root.Run(network, s_checkName, environment: ("SSL_CERT_FILE", Bundle));

        await Assert.That(outcome.Check("resolver")).IsEqualTo(("ok", "/etc/resolv.conf: 127.0.0.1"));
        await Assert.That(outcome.Check("dns")).IsEqualTo(("ok", $"{Name} is 127.0.0.1"));
        await Assert.That(outcome.Check("tcp").State).IsEqualTo("ok");
        await Assert.That(outcome.Check("tls").Text).StartsWith("Tls13, ");
        await Assert.That(outcome.Check("http")).IsEqualTo(("ok", "status 204"));
        await Assert.That(outcome.ExitCode).IsEqualTo(0);
        await Assert.That(dns.Questions).Contains($"1 {Name}");
        await Assert.That(server.Lines).Contains("GET /status HTTP/1.1");
        await Assert.That(server.Lines).Contains($"Host: {Name}");
    }

    [Test]
    public async Task A_read_only_root_changes_nothing_but_the_state()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        using var authority = new TestAuthority();
        await using var dns = new DnsResponder(network, Name);
        await using var server = new HttpsServer(network, authority.Issue(Name, Tomorrow));
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        root.Write(StandardBundle, authority.Pem);

        Outcome outcome = await root.Run(network, s_checkName, isReadOnly: true, ("TS_STATE_DIR", "/var/lib/edge"));

        await Assert.That(outcome.Check("http")).IsEqualTo(("ok", "status 204"));
        await Assert.That(outcome.Check("root").State).IsEqualTo("warning");
        await Assert.That(outcome.Check("root").Text).StartsWith("the root file system is read-only");
        await Assert.That(outcome.Check("state").State).IsEqualTo("warning");
        await Assert.That(outcome.Check("state").Text).Contains("/var/lib/edge is on a read-only file system").And.Contains("memory (mem:)").And.Contains("Mount a writable volume");
        await Assert.That(outcome.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task The_state_folder_belongs_to_the_images_user()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, s_checkMachine, environment: ("TS_STATE_DIR", "/var/lib/edge"));
        await Assert.That(outcome.Check("state")).IsEqualTo(("ok", "/var/lib/edge (TS_STATE_DIR) can be written"));
        await Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(root.Location, "var/lib/edge"))).IsEmpty();
    }

    [Test]
    public async Task Without_HOME_the_state_is_memory_and_the_line_says_what_to_mount()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, s_checkMachine);
        await Assert.That(outcome.Check("state").State).IsEqualTo("warning");
        await Assert.That(outcome.Check("state").Text).StartsWith("no HOME, no XDG_STATE_HOME, no TS_STATE_DIR").And.Contains("TS_STATE_DIR=/var/lib/edge");
        await Assert.That(outcome.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task Without_resolv_conf_the_machine_is_fine_and_a_name_is_not()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome machine = await root.Run(network, s_checkMachine);
        await Assert.That(machine.Check("resolver").State).IsEqualTo("warning");
        await Assert.That(machine.Check("resolver").Text).StartsWith("no /etc/resolv.conf: addresses can be dialled, names cannot").And.Contains("-v /etc/resolv.conf:/etc/resolv.conf:ro");
        await Assert.That(machine.ExitCode).IsEqualTo(0);

        Outcome name = await root.Run(network, s_checkName);
        await Assert.That(name.Check("dns").State).IsEqualTo("failed");
        await Assert.That(name.Check("dns").Text).EndsWith("There is no /etc/resolv.conf: mount one.");
        await Assert.That(name.ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task A_name_that_does_not_exist_is_not_called_a_missing_file()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        await using var dns = new DnsResponder(network, "another.test");
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        Outcome outcome = await root.Run(network, s_checkName);
        await Assert.That(outcome.Check("dns").Text).StartsWith($"no address for {Name}: HostNotFound").And.Contains("Check the name");
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task A_port_where_nobody_listens_fails_at_the_connection()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, ["edge", "check", "--system", "--json", "--url", "https://127.0.0.1:444/"]);
        await Assert.That(outcome.Check("tcp").Text).StartsWith("127.0.0.1:444: ConnectionRefused");
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    [Test]
    [Arguments("an authority that is not in the bundle", "its chain ends in no root of the CA bundle")]
    [Arguments("another name", "it is not for service.test")]
    [Arguments("yesterday", "and this machine's clock says")]
    public async Task A_certificate_is_refused_with_its_reason(string flaw, string reason)
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        using var authority = new TestAuthority();
        await using var dns = new DnsResponder(network, Name);
        await using var server = new HttpsServer(network, authority.Issue(
            flaw == "another name" ? "other.test" : Name, flaw == "yesterday" ? DateTimeOffset.UtcNow.AddDays(-1) : Tomorrow));
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        if (!flaw.StartsWith("an authority", StringComparison.Ordinal))
            root.Write(StandardBundle, authority.Pem);

        Outcome outcome = await root.Run(network, s_checkName);

        await Assert.That(outcome.Check("tls").State).IsEqualTo("failed");
        await Assert.That(outcome.Check("tls").Text).StartsWith("certificate refused (CN=").And.Contains(reason);
        await Assert.That(server.Lines).IsEmpty();
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task Without_a_bundle_no_server_is_trusted_and_the_line_says_what_to_mount()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        using var authority = new TestAuthority();
        await using var dns = new DnsResponder(network, Name);
        await using var server = new HttpsServer(network, authority.Issue(Name, Tomorrow));
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        root.Delete(StandardBundle);

        Outcome outcome = await root.Run(network, s_checkName);

        await Assert.That(outcome.Check("ca bundle").State).IsEqualTo("warning");
        await Assert.That(outcome.Check("tls").Text).Contains("There is no CA bundle: mount one at /etc/ssl/certs/ca-certificates.crt");
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task A_bundle_that_was_named_and_is_not_there_is_a_failure()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        Outcome outcome = await root.Run(network, s_checkMachine, environment: ("SSL_CERT_FILE", "/etc/nothing.pem"));
        await Assert.That(outcome.Check("ca bundle").State).IsEqualTo("failed");
        await Assert.That(outcome.Check("ca bundle").Text).StartsWith("/etc/nothing.pem (SSL_CERT_FILE) does not exist");
        await Assert.That(outcome.ExitCode).IsEqualTo(1);
    }

    /// <summary>A service that is not there is all that a host's nsswitch.conf has to name: unheeded, every look-up would fail.</summary>
    [Test]
    public async Task An_nsswitch_conf_of_another_system_is_not_obeyed()
    {
        using RootFolder root = RootFolder.OfImage();
        using var network = new NetworkNamespace();
        await using var dns = new DnsResponder(network, Name);
        root.Write("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        root.Write("/etc/nsswitch.conf", "hosts: elsewhere\npasswd: elsewhere\n");
        Outcome outcome = await root.Run(network, s_checkName);
        await Assert.That(outcome.Check("dns")).IsEqualTo(("ok", $"{Name} is 127.0.0.1"));
    }

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddDays(1);
}
