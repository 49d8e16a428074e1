using System.Net;
using Edge.Foundation;
using Edge.Foundation.Netmap;
using Edge.Io.Derp;
using Edge.Io.Http;
using DerpNode = Edge.Io.Derp.DerpNode;

namespace Edge.Io.Names;

/// <summary>
/// The host's own resolver, and where that has no answer the tailnet's relays, which know the control server's addresses (`/bootstrap-dns`; tailscale
/// v1.96.5, net/dnsfallback). The relays are those of a netmap from before, found by the addresses in it: nobody is asked whom the tailnet, or its
/// configuration, did not name. For the control server's name alone: other names are none of the relays' business.
/// </summary>
/// <param name="system">Is asked first.</param>
/// <param name="relays">Those that are known by now.</param>
/// <param name="dialler">Reaches relays.</param>
/// <param name="entropy">Whom to ask first: not all nodes the same one.</param>
internal sealed class BootstrapResolver(IResolver system, Func<DerpMap> relays, DerpDialler dialler, EntropySource entropy) : IResolver
{
    private const int MostAsked = 6;
    private const int MostBytes = 64 * 1024;

    /// <summary>A resolver that does not answer keeps who waits from the relays.</summary>
    private static readonly TimeSpan s_systemLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_relayLimit = TimeSpan.FromSeconds(3);

    public async ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation)
    {
        var nodes = Candidates();
        if (nodes.Count == 0)
            return await system.Resolve(host, cancellation);
        DialException failure;
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            limit.CancelAfter(s_systemLimit);
            try
            {
                // A look-up of the platform's ends when it likes.
                return await system.Resolve(host, limit.Token).AsTask().WaitAsync(limit.Token);
            }
            catch (DialException e)
            {
                failure = e;
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                failure = new DialException(DialStep.LookUp, $"no address for {host}: no answer within {s_systemLimit.TotalSeconds} s", e);
            }
        }
        List<string> problems = [];
        foreach (var node in nodes)
        {
            try
            {
                if (await Ask(node, host, cancellation) is { Count: > 0 } addresses)
                    return addresses;
                problems.Add($"{node.HostName} does not know it");
            }
            catch (IOException e)
            {
                problems.Add($"{node.HostName}: {e.Message}");
            }
        }
        throw new DialException(DialStep.LookUp, $"{failure.Message}; nor do the network's relays help: {string.Join("; ", problems)}", failure);
    }

    private async Task<List<IPAddress>> Ask(DerpNode node, string host, CancellationToken cancellation)
    {
        // The way is TLS with the relay's own kind of trust; what is spoken in it is this.
        var url = new UriBuilder(Uri.UriSchemeHttp, node.HostName, node.Port, "/bootstrap-dns", $"?q={Uri.EscapeDataString(host)}").Uri;
        var question = new HttpQuestion(HttpMethod.Get, url) { Limit = s_relayLimit, MostBytes = MostBytes, Accept = "application/json" };
        var answer = await new HttpAsker(new Way(dialler, node), new(() => [])).Ask(question, cancellation);
        if (answer.Status != HttpStatusCode.OK)
            throw new IOException($"its status was {(int)answer.Status}");
        return BootstrapAnswer.Read(answer.Body ?? default, host) ?? throw new IOException("its answer is none");
    }

    /// <summary>Relays that can be reached without a look-up, in any order, the two families in turn.</summary>
    private List<DerpNode> Candidates()
    {
        List<DerpNode> v4 = [], v6 = [];
        foreach (var region in relays().Regions)
        {
            foreach (var node in region.Nodes)
            {
                if (node.IsStunOnly || node.HostName.Length == 0) continue;
                var known = new DerpNode
                {
                    HostName = node.HostName,
                    Port = node.TlsPort,
                    CertName = node.CertificateName,
                    IsInsecure = node.IsInsecureForTests,
                };
                // A host that is an address is one of its family.
                if (IPAddress.TryParse(node.Ipv4.Length == 0 ? node.HostName : node.Ipv4, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
                    v4.Add(known with { IPv4 = address.ToString(), IPv6 = "none" });
                if (IPAddress.TryParse(node.Ipv6.Length == 0 ? node.HostName : node.Ipv6, out address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
                    v6.Add(known with { IPv4 = "none", IPv6 = address.ToString() });
            }
        }
        Shuffle(v4);
        Shuffle(v6);
        List<DerpNode> all = [];
        for (var i = 0; all.Count < MostAsked && (i < v4.Count || i < v6.Count); i++)
        {
            if (i < v4.Count) all.Add(v4[i]);
            if (i < v6.Count && all.Count < MostAsked) all.Add(v6[i]);
        }
        return all;
    }

    private void Shuffle(List<DerpNode> nodes)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = nodes.Count - 1; i > 0; i--)
        {
            entropy.Fill(bytes);
            var other = (int)(BitConverter.ToUInt32(bytes) % (uint)(i + 1));
            (nodes[i], nodes[other]) = (nodes[other], nodes[i]);
        }
    }

    private sealed class Way(DerpDialler dialler, DerpNode node) : IDialler
    {
        public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation) => await dialler.DialTls(node, cancellation);
    }
}
