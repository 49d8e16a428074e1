using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Node.Tailnet.State;
using Edge.Tests.Cli;

namespace Edge.Tests.Node.Tailnet;

/// <summary>What a node keeps: who may read it, what a crash leaves, what becomes of a file that nobody can read.</summary>
public sealed class StateTests
{
    [Test]
    public async Task An_identity_is_kept_and_read_again()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "state");
        var store = new FolderStore(path);
        using var made = NodeIdentity.Load(store, new SystemEntropy(), out var warning);
        await Assert.That(warning).IsNull();
        var kept = made with { NodeKey = new PrivateKey(Enumerable.Repeat((byte)3, 32).ToArray()), IsRegistered = true, ServerKey = Edge.Tests.Control.ControlWorld.Key<MachineKind>(4) };
        kept.Save(store);
        using var read = NodeIdentity.Load(new FolderStore(path), new SystemEntropy(), out warning);
        await Assert.That(warning).IsNull();
        await Assert.That(read).IsEqualTo(kept);
    }

    [Test]
    public async Task Only_the_owner_may_enter_and_read()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "state");
        Directory.CreateDirectory(path, (UnixFileMode)Convert.ToInt32("755", 8));
        var store = new FolderStore(path);
        store.Write("piece", "x"u8);
        await Assert.That(Convert.ToString((int)File.GetUnixFileMode(path), 8)).IsEqualTo("700");
        await Assert.That(Convert.ToString((int)File.GetUnixFileMode(Path.Combine(path, "piece")), 8)).IsEqualTo("600");
    }

    [Test]
    public async Task A_write_replaces_the_whole_and_leaves_nothing_beside()
    {
        using var folder = new TemporaryFolder();
        var store = new FolderStore(folder.Path);
        store.Write("piece", "a long first content"u8);
        // What a process that was killed in the middle left.
        folder.Write("piece.new", "half"u8);
        store.Write("piece", "second"u8);
        await Assert.That(store.Read("piece")).IsEquivalentTo("second"u8.ToArray());
        await Assert.That(string.Join(' ', Directory.GetFiles(folder.Path).Select(Path.GetFileName))).IsEqualTo("piece");
        await Assert.That(store.Read("other")).IsNull();
    }

    [Test]
    [Arguments("")]
    [Arguments("{")]
    [Arguments("{}")]
    [Arguments("[]")]
    [Arguments("{\"machineKey\":\"privkey:00\"}")]
    [Arguments("{\"machineKey\":7}")]
    public async Task A_file_that_nobody_can_read_is_kept_aside_and_said(string content)
    {
        using var folder = new TemporaryFolder();
        folder.Write(NodeIdentity.Name, System.Text.Encoding.UTF8.GetBytes(content));
        folder.Write(NodeIdentity.Name + ".corrupt-1", "older"u8);
        var store = new FolderStore(folder.Path);
        using var identity = NodeIdentity.Load(store, new SystemEntropy(), out var warning);
        await Assert.That(identity.IsRegistered).IsFalse();
        await Assert.That(warning).Contains(Path.Combine(folder.Path, NodeIdentity.Name + ".corrupt-2"));
        await Assert.That(await File.ReadAllTextAsync(Path.Combine(folder.Path, NodeIdentity.Name + ".corrupt-2"))).IsEqualTo(content);
        await Assert.That(await File.ReadAllTextAsync(Path.Combine(folder.Path, NodeIdentity.Name + ".corrupt-1"))).IsEqualTo("older");
    }

    [Test]
    public async Task A_folder_that_cannot_be_made_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", "x"u8);
        var failure = await Assert.That(() => new FolderStore(Path.Combine(file, "state"))).Throws<IOException>();
        await Assert.That(failure!.Message).Contains("mem:");
        await Assert.That(failure.Message).Contains(file);
    }

    [Test]
    public async Task An_identity_never_prints_its_keys()
    {
        using var identity = NodeIdentity.New(new SystemEntropy());
        await Assert.That(identity.ToString()).DoesNotContain(Convert.ToHexStringLower(identity.MachineKey.KeyPair.PrivateKey));
    }

    [Test]
    public async Task In_memory_a_piece_lives_as_long_as_its_store()
    {
        var store = new MemoryStore();
        store.Write("piece", "x"u8);
        await Assert.That(store.Read("piece")).IsEquivalentTo("x"u8.ToArray());
        store.SetAside("piece");
        await Assert.That(store.Read("piece")).IsNull();
    }
}
