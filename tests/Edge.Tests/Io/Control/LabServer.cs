using Edge.Lab.Control;

namespace Edge.Tests.Io.Control;

/// <summary>The control server of our own laboratory.</summary>
internal sealed class LabServer : IControlServer
{
    public const string Relays = """
        {"Regions":{"900":{"RegionID":900,"RegionCode":"hub","RegionName":"Hub","Nodes":[{"Name":"900a","RegionID":900,"HostName":"127.0.0.1","DERPPort":9443,"STUNPort":9478,"InsecureForTests":true}]}}}
        """;

    private LabServer(LabControl control) => (Control, AuthKey) = (control, control.AddKey());

    public LabControl Control { get; }

    public LabTailnet Tailnet => Control.Tailnet;

    public Uri Url => Control.Url;

    public string AuthKey { get; }

    public static async Task<LabServer> Start(LabControlOptions? options = null) =>
        new(await LabControl.Start((options ?? new()) with { Domain = "edge.test", Relays = Relays }));

    public Task LetIn(string url) => Tailnet.Approve(url, "alice") ? Task.CompletedTask : throw new InvalidOperationException($"nothing waits at {url}");

    public Task<bool> Knows(string name) => Task.FromResult(Tailnet.State.Find(name) is not null);

    public ValueTask DisposeAsync() => Control.DisposeAsync();
}
