using System.Security.Cryptography;
using Edge.Foundation.Addresses;

namespace Edge.Node.WgQuick;

/// <summary>A wg-quick(8) file, read. It holds keys: dispose it when they were handed on.</summary>
internal sealed class QuickConfiguration : IDisposable
{
    /// <summary>What WireGuard's 80 bytes leave of an Ethernet frame on IPv6.</summary>
    public const int DefaultMtu = 1420;

    /// <summary>32 bytes.</summary>
    public byte[] PrivateKey { get; set; } = [];

    /// <summary>This side's addresses, each with its prefix length.</summary>
    public List<(IpAddress Address, int PrefixLength)> Addresses { get; } = [];

    public int Mtu { get; set; } = DefaultMtu;

    /// <summary>0: the system chooses.</summary>
    public ushort ListenPort { get; set; }

    public List<IpAddress> DnsServers { get; } = [];

    /// <summary>Domains that short names are tried in.</summary>
    public List<string> DnsSearch { get; } = [];

    public QuickTable Table { get; set; } = QuickTable.Auto;

    /// <summary>0: none is set by the file.</summary>
    public uint FwMark { get; set; }

    public List<QuickPeer> Peers { get; } = [];

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(PrivateKey);
        foreach (var peer in Peers)
            CryptographicOperations.ZeroMemory(peer.PresharedKey);
    }
}
