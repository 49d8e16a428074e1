using System.Security.Cryptography;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using Edge.Tests.Cli;
using Edge.Tests.Image;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>The relay of the published executables, which call OpenSSL themselves: the static form has its own.</summary>
[Category(Published.Category)]
public sealed class PublishedRelayTests
{
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task It_forwards_and_is_the_same_when_it_is_back(bool isStatic)
    {
        using var folder = new TemporaryFolder();
        var program = isStatic ? Published.Static() : Published.Plain();
        var first = await Forward(program, folder);
        await Assert.That(await Forward(program, folder)).IsEqualTo(first);
    }

    /// <returns>The pin that it asks for.</returns>
    private static async Task<string> Forward(string program, TemporaryFolder folder)
    {
        await using var relay = await RelayProcess.Start(program, folder);
        var node = new DerpNode
        {
            HostName = "127.0.0.1",
            Port = relay.Node.GetProperty("DERPPort").GetInt32(),
            CertName = relay.Node.GetProperty("CertName").GetString()!,
        };
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        using PrivateKey keyOfA = new(RandomNumberGenerator.GetBytes(32)), keyOfB = new(RandomNumberGenerator.GetBytes(32));
        var (inboxOfA, inboxOfB) = (new DerpInbox(), new DerpInbox());
        await using var a = await DerpConnection.Connect(RelayRun.Dialler(), node, new DerpClientOptions { Key = keyOfA }, new SystemEntropy(), inboxOfA, limit.Token);
        await using var b = await DerpConnection.Connect(RelayRun.Dialler(), node, new DerpClientOptions { Key = keyOfB }, new SystemEntropy(), inboxOfB, limit.Token);
        await inboxOfA.Next("ServerInfo");
        await inboxOfB.Next("ServerInfo");
        a.Send(keyOfB.PublicKey, [1, 2, 3]);
        await inboxOfB.Next($"RecvPacket {Convert.ToHexStringLower(keyOfA.PublicKey.Bytes)} 010203");
        b.Send(keyOfA.PublicKey, [4]);
        await inboxOfA.Next($"RecvPacket {Convert.ToHexStringLower(keyOfB.PublicKey.Bytes)} 04");
        await Assert.That((await relay.End()).ExitCode).IsEqualTo(0);
        return node.CertName;
    }
}
