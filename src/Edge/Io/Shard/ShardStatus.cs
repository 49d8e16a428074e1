using Edge.Dataplane;
using Edge.Io.Udp;

namespace Edge.Io.Shard;

/// <summary>What a shard did up to one moment.</summary>
/// <param name="Engine">Packets.</param>
/// <param name="UdpV4">Datagrams over IPv4.</param>
/// <param name="UdpV6">Datagrams over IPv6.</param>
/// <param name="Reads">Packets read from the TUN device, large ones counted once.</param>
/// <param name="Joined">Packets that were written as parts of larger ones.</param>
/// <param name="WriteFailures">Packets that the system would not take.</param>
/// <param name="Wakeups">Times that the thread slept and was woken.</param>
/// <param name="AllocatedBytes">Managed memory that the shard's thread ever allocated, but for what others asked of it.</param>
internal readonly record struct ShardStatus(
    EngineCounters Engine, UdpCounters UdpV4, UdpCounters UdpV6, long Reads, long Joined, long WriteFailures, long Wakeups, long AllocatedBytes);
