using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Control;
using Edge.Node.Tailnet;
using Edge.Protocols.Control.Session;
using Edge.Tests.Control;
using Edge.Tests.Io.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Node.Tailnet;

/// <summary>The loop that owns a session.</summary>
public sealed class ControlLoopTests
{
    [Test]
    public async Task A_listener_that_fails_ends_the_loop_and_is_told_of()
    {
        using var machine = NoiseServer.NewKey();
        await using var loop = Make(machine, static _ => throw new InvalidOperationException("the listener failed"));
        await Assert.That(async () => await loop.Completion.WaitAsync(OrbRun.Limit)).Throws<InvalidOperationException>().WithMessage("the listener failed");
        // Who wants something of it afterwards does not wait for ever.
        await Assert.That(async () => await loop.SetReport(HostInfo.Empty, default)).Throws<OperationCanceledException>();
    }

    [Test]
    public async Task A_loop_that_is_ended_completes_without_a_fault()
    {
        using var machine = NoiseServer.NewKey();
        var loop = Make(machine, static _ => { });
        await loop.DisposeAsync();
        await Assert.That(loop.Completion.IsCompletedSuccessfully).IsTrue();
    }

    private static ControlLoop Make(Edge.Crypto.X25519KeyPair machine, Action<ControlAction> show)
    {
        var dialler = new ControlDialler(new Dialler(new SystemResolver(), TimeProvider.System), new Lazy<X509Certificate2Collection>(static () => []), new SystemEntropy(), TimeProvider.System);
        var session = new ControlSession(new ControlOptions { Host = HostInfo.Empty, DiscoKey = ControlWorld.Key<DiscoKind>(7) }, new SystemEntropy());
        // Nobody listens at port 1.
        return new ControlLoop(session, new ControlClient(dialler, new ControlAddress(new Uri("http://127.0.0.1:1")), machine), TimeProvider.System, show);
    }
}
