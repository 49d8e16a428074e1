using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Dns;

namespace Edge.Fuzz.Dns;

/// <summary>
/// Questions that may be anything come to a server with names, routes and upstreams whose answers may be anything, and time passes. An input is a row of steps.
/// Whoever asked gets one answer, with the ID of the question, and over UDP one that fits; at the end nothing is under way.
/// </summary>
internal sealed class DnsTarget : FuzzTarget
{
    // The first byte of a step, modulo their number; behind it the length of its bytes.
    private const byte UdpQuery = 0, TcpQuery = 1, Answer = 2, RepairedAnswer = 3, Failure = 4, Pause = 5, Kinds = 6;

    private static readonly byte[] s_question = Convert.FromHexString("1234010000010000000000000161076578616d706c650000010001");
    private static readonly byte[] s_answer = Convert.FromHexString("1234818000010001000000000161076578616d706c650000010001c00c000100010000003c0004c0000201");
    private static readonly byte[] s_absent = Convert.FromHexString("1234818300010000000100000161076578616d706c650000010001c00c000600010000003c001600000000000100000001000000010000000100000001");
    private static readonly byte[] s_name = Convert.FromHexString("c89301000001000000000000066c6170746f700376656304746573740000010001");
    private static readonly byte[] s_extended = Convert.FromHexString("12340100000100000000000101610765" + "78616d706c6500000100010000291000000080000000");
    private static readonly byte[] s_reverse = Convert.FromHexString("1234010000010000000000000131013002363403313030" + "07696e2d61646472046172706100000c0001");

    public override string Name => "dns";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [.. Step(UdpQuery, s_name), .. Step(UdpQuery, s_reverse), .. Step(TcpQuery, s_name)],
        [.. Step(UdpQuery, s_question), .. Step(RepairedAnswer, s_answer), .. Step(UdpQuery, s_question), .. Step(Pause, [60]), .. Step(UdpQuery, s_question)],
        [.. Step(TcpQuery, s_question), .. Step(TcpQuery, s_question), .. Step(Failure, []), .. Step(RepairedAnswer, s_absent), .. Step(TcpQuery, s_question)],
        [.. Step(UdpQuery, s_extended), .. Step(Answer, s_answer), .. Step(Pause, [2]), .. Step(Pause, [9])],
    ];

    public override IReadOnlyList<byte[]> Words => [[0xc0, 0x0c], [0, 1, 0, 1], [0, 0x29], [3, .. "via"u8], [4, .. "arpa"u8], "-via-"u8.ToArray()];

    public override long AllocationLimit(int inputLength) => 4_000_000 + (2000L * inputLength);

    public override int Run(byte[] input)
    {
        var server = Server();
        var now = new Timestamp(1);
        var waiting = new Dictionary<long, (byte[] Query, bool IsUdp)>();
        var exchanges = new List<DnsAction>();
        var outcome = 0;
        long clients = 0;
        for (var left = input.AsSpan(); left.Length > 1;)
        {
            var kind = left[0] % Kinds;
            var bytes = left.Slice(2, Math.Min(left[1], left.Length - 2)).ToArray();
            left = left[(2 + bytes.Length)..];
            switch (kind)
            {
                case UdpQuery or TcpQuery:
                    waiting.Add(++clients, (bytes, kind == UdpQuery));
                    server.Handle(now, clients, bytes, kind == UdpQuery ? DnsTransport.Udp : DnsTransport.Tcp);
                    break;
                case Answer or RepairedAnswer when exchanges.Count > 0:
                    if (kind == RepairedAnswer && bytes.Length >= 2)
                        exchanges[^1].Message.Span[..2].CopyTo(bytes);
                    if (!server.HandleAnswer(now, exchanges[^1].Exchange, bytes))
                        exchanges.RemoveAt(exchanges.Count - 1);
                    break;
                case Failure when exchanges.Count > 0:
                    server.HandleFailure(now, exchanges[^1].Exchange);
                    exchanges.RemoveAt(exchanges.Count - 1);
                    break;
                case Pause:
                    now += TimeSpan.FromSeconds(bytes.Length > 0 ? bytes[0] : 1);
                    server.HandleTime(now);
                    break;
            }
            outcome = outcome * 31 + Collect(server, waiting, exchanges);
        }
        // From deadline to deadline: nobody waits longer than ten seconds.
        for (var i = 0; server.NextDeadline != Timestamp.Never; i++)
        {
            Check(i < 100_000 && server.NextDeadline <= now + TimeSpan.FromSeconds(11), "the deadline comes near");
            now = server.NextDeadline;
            server.HandleTime(now);
            outcome += Collect(server, waiting, exchanges);
        }
        Check(waiting.Count == 0, "everybody gets an answer");
        Check(server.WaitingCount == 0 && exchanges.Count == 0, "nothing is under way");
        return outcome;
    }

    private static int Collect(DnsServer server, Dictionary<long, (byte[] Query, bool IsUdp)> waiting, List<DnsAction> exchanges)
    {
        var outcome = 0;
        while (server.Poll(out var action))
        {
            outcome = outcome * 7 + (int)action.Kind;
            switch (action.Kind)
            {
                case DnsActionKind.Cancel:
                    exchanges.RemoveAll(exchange => exchange.Exchange == action.Exchange);
                    break;
                case DnsActionKind.Answer:
                    Check(waiting.Remove(action.Client, out var asked), "an answer is for one who waits");
                    Check(DnsHeader.TryRead(action.Message.Span, out var header) && header.IsResponse, "an answer is one");
                    Check(asked.Query.Length < DnsHeader.Size || action.Message.Span[..2].SequenceEqual(asked.Query.AsSpan(0, 2)), "an answer has the question's ID");
                    Check(!asked.IsUdp || action.Message.Length <= DnsMessage.UdpSizeFor(asked.Query), "an answer fits");
                    outcome = outcome * 7 + (int)header.Code;
                    break;
                default:
                    exchanges.Add(action);
                    break;
            }
        }
        return outcome;
    }

    private static DnsServer Server()
    {
        var server = new DnsServer(new Counter());
        server.Names.SetSelf(new TailnetNode { Id = new NodeId(1), Name = "laptop.vec.test.", Addresses = [new IpPrefix(IpAddress.V4(0x6440_0001), 32)] });
        server.Names.SetExtraRecords([new DnsRecord("x.vec.test", "", "fd7a::1"), new DnsRecord("example", "", "10.0.0.1")]);
        server.Configure(["vec.test.", "100.in-addr.arpa."], new DnsRoutes(
        [
            new(".", [new DnsResolver("10.0.0.53", default, false), new DnsResolver("8.8.8.8", default, false), new DnsResolver("http://100.64.0.2:1/dns-query", default, false)]),
            new("blocked.test.", default),
        ]));
        return server;
    }

    private static byte[] Step(byte kind, byte[] bytes) => [kind, (byte)bytes.Length, .. bytes];

    private sealed class Counter : EntropySource
    {
        private byte _next;

        public override void Fill(Span<byte> destination)
        {
            foreach (ref var value in destination)
                value = _next++;
        }
    }
}
