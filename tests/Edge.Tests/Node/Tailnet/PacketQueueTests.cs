using Edge.Foundation.Keys;
using Edge.Node.Tailnet.Relays;
using Edge.Tests.Control;

namespace Edge.Tests.Node.Tailnet;

/// <summary>The line between relays and the engine.</summary>
public sealed class PacketQueueTests
{
    private static readonly PublicKey s_node = ControlWorld.Key<NodeKind>(3).Key;

    [Test]
    public async Task Packets_come_out_as_they_went_in_and_the_first_one_says_that_somebody_is_to_be_woken()
    {
        using var queue = new PacketQueue(4096);
        await Assert.That(queue.Take()).IsFalse();
        await Assert.That(queue.Add(900, s_node, [1, 2, 3])).IsTrue();
        await Assert.That(queue.Add(901, s_node, [])).IsFalse();
        await Assert.That(queue.Take()).IsTrue();
        // While a batch is read nobody is woken: the reader looks again.
        await Assert.That(queue.Add(902, s_node, new byte[100])).IsFalse();
        await Assert.That(Read(queue)).IsEqualTo("900:010203 901:");
        await Assert.That(queue.Take()).IsTrue();
        await Assert.That(Read(queue)).IsEqualTo($"902:{new string('0', 200)}");
        await Assert.That(queue.Take()).IsFalse();
        await Assert.That(queue.Add(900, s_node, [4])).IsTrue();
    }

    [Test]
    public async Task What_finds_no_room_is_lost_and_counted()
    {
        using var queue = new PacketQueue(2 * (40 + 104));
        for (var i = 0; i < 5; i++)
            queue.Add(1, s_node, new byte[100]);
        await Assert.That(queue.Lost).IsEqualTo(3);
        queue.Clear();
        queue.Trim();
        await Assert.That(queue.Add(1, s_node, [9])).IsTrue();
        await Assert.That(queue.Take()).IsTrue();
        await Assert.That(Read(queue)).IsEqualTo("1:09");
    }

    [Test]
    public async Task Nothing_is_allocated_for_a_packet()
    {
        using var queue = new PacketQueue(64 * 1024);
        var packet = new byte[1280];
        Carry(queue, packet, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Carry(queue, packet, 1000);
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsEqualTo(0);
    }

    private static void Carry(PacketQueue queue, byte[] packet, int count)
    {
        for (var i = 0; i < count; i++)
        {
            queue.Add(900, s_node, packet);
            queue.Take();
            var at = 0;
            while (queue.TryRead(ref at, out _, out _, out _))
            {
            }
        }
    }

    private static string Read(PacketQueue queue)
    {
        List<string> packets = [];
        var at = 0;
        while (queue.TryRead(ref at, out var region, out var node, out var packet))
            packets.Add($"{region}:{(node == s_node ? Convert.ToHexStringLower(packet) : "another node")}");
        return string.Join(' ', packets);
    }
}
