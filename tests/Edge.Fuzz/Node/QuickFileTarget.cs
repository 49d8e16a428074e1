using System.Text;
using Edge.Node.WgQuick;
using Edge.Protocols.WireGuard;

namespace Edge.Fuzz.Node;

/// <summary>A wg-quick file is a tunnel that can be set up or has errors, each at a line; the private key is in none of them.</summary>
internal sealed class QuickFileTarget : FuzzTarget
{
    private const string PrivateKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string PeerKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private const string PresharedKey = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    public override string Name => "wg-quick";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            $"""
            # an office
            [Interface]
            PrivateKey = {PrivateKey}
            Address = 10.0.0.2/24, fd00::2/64
            ListenPort = 51820
            MTU = 1380
            DNS = 10.0.0.1, fd00::1, office.example
            Table = 1234
            FwMark = 0xca6c

            [Peer]
            PublicKey={PeerKey}
            PresharedKey = {PresharedKey}
            AllowedIPs = 10.0.0.0/24, 10.9.9.9
            AllowedIPs = ::/0
            Endpoint = [2001:db8::1]:51820
            PersistentKeepalive = 25

            """,
            $"[interface]\r\nprivatekey={PrivateKey}\r\nTable = off\r\nSaveConfig = false\r\n[peer]\r\npublickey={PeerKey}\r\nendpoint=vpn.example.com:443\r\npersistentkeepalive=off\r\n",
            $"[Interface]\nPrivateKey = {PrivateKey}\nPostUp = true\nAdress = 10.0.0.1/33\nMTU = 1\n[Pear]\n[Peer]\nEndpoint = {PrivateKey}\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. $"""
            [Interface] [Peer] PrivateKey= PublicKey= PresharedKey= Address= AllowedIPs= Endpoint= MTU= DNS= Table=main FwMark=off ListenPort= PreUp=
            PersistentKeepalive= , = # / : 0.0.0.0/0 ::/0 [::1]:1 65536 0x {PrivateKey} {PeerKey} {PresharedKey}
            """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => Encoding.UTF8.GetBytes(word)),
        "\n"u8.ToArray(),
        "\e[2J"u8.ToArray(),
    ];

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        using var result = QuickParser.Parse(text, out var errors);
        var lines = 0;
        foreach (var _ in text.AsSpan().EnumerateLines())
            lines++;
        foreach (var error in errors)
        {
            Check(error.Line >= 1 && error.Line <= lines, "An error is at a line of the file.");
            Check(!error.Message.Contains(PrivateKey[..^1], StringComparison.Ordinal) && !error.Message.Contains(PresharedKey[..^1], StringComparison.Ordinal), "A key is in no error.");
            Check(!error.Message.Any(char.IsControl), "An error can be shown on a terminal.");
        }
        Check(errors.Zip(errors.Skip(1), static (a, b) => a.Line <= b.Line).All(static isInOrder => isInOrder), "Errors are in the order of their lines.");
        if (errors.Count > 0)
            return HashCode.Combine(errors.Count, string.GetHashCode(errors[0].Message.AsSpan(0, Math.Min(12, errors[0].Message.Length)), StringComparison.Ordinal));
        Check(result.PrivateKey.Length == 32 && result.Mtu is >= 576 and <= 65_455, "What has no errors can be set up.");
        Check(result.Peers.Count <= WireGuardLimits.MaxPeers, "There are not more peers than a tunnel may have.");
        Check(result.Addresses.All(static item => item.PrefixLength >= 0 && item.PrefixLength <= (item.Address.IsV4 ? 32 : 128)), "Prefix lengths fit their addresses.");
        foreach (var peer in result.Peers)
        {
            Check(peer.PublicKey.Length == 32 && peer.PresharedKey.Length is 0 or 32, "A peer has its keys.");
            Check(peer.Endpoint is not { } endpoint || (endpoint.Host.Length > 0 && endpoint.Port > 0), "An endpoint is one.");
        }
        return HashCode.Combine(result.Peers.Count, result.Addresses.Count, result.DnsServers.Count, result.DnsSearch.Count, result.Table, result.FwMark != 0);
    }
}
