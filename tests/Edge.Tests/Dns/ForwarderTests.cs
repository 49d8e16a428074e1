using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Dns;
using Edge.Tests.WireGuard;

namespace Edge.Tests.Dns;

/// <summary>The forwarder in virtual time: who is asked when, whose answer counts, and what is kept.</summary>
public sealed class ForwarderTests
{
    private static readonly Timestamp s_start = new(1_000_000_000);

    private static ValueList<DnsUpstream> One => DnsUpstream.Of([new DnsResolver("10.0.0.53", default, false)]);

    [Test]
    public async Task The_first_answer_wins_and_the_other_exchange_is_given_up()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), DnsUpstream.Of([new DnsResolver("10.0.0.53", default, false), new DnsResolver("10.0.0.54:5353", default, false)]));
        var (first, second) = (run.Next(DnsActionKind.SendDatagram), run.Next(DnsActionKind.SendDatagram));
        await Assert.That(second.Upstream!.Endpoint).IsEqualTo(new Endpoint(IpAddress.V4(0x0a00_0036), 5353));
        run.Forwarder.HandleAnswer(run.Now, second.Exchange, Questions.Answer(second.Message, 60, "192.0.2.1"));
        await Assert.That(run.Next(DnsActionKind.Cancel).Exchange).IsEqualTo(first.Exchange);
        var answer = run.Next(DnsActionKind.Answer);
        await Assert.That(answer.Client).IsEqualTo(1);
        await Assert.That(answer.Message.Span[..2].SequenceEqual((ReadOnlySpan<byte>)[0x12, 0x34])).IsTrue();
        // Too late is no answer.
        run.Forwarder.HandleAnswer(run.Now, first.Exchange, Questions.Answer(first.Message, 60, "192.0.2.2"));
        await run.Done();
    }

    [Test]
    public async Task After_two_seconds_TCP_is_asked_too_and_after_five_more_the_question_fails()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        await Assert.That(run.Forwarder.NextDeadline - s_start).IsEqualTo(TimeSpan.FromSeconds(2));
        run.Pass(TimeSpan.FromSeconds(2));
        var stream = run.Next(DnsActionKind.SendStream);
        run.Forwarder.HandleFailure(run.Now, datagram.Exchange);
        await Assert.That(run.Forwarder.NextDeadline - s_start).IsEqualTo(TimeSpan.FromSeconds(7));
        run.Pass(TimeSpan.FromSeconds(5));
        await Assert.That(run.Next(DnsActionKind.Cancel).Exchange).IsEqualTo(stream.Exchange);
        await Assert.That(CodeOf(run.Next(DnsActionKind.Answer))).IsEqualTo(DnsCode.ServerFailure);
        await run.Done();
    }

    [Test]
    public async Task Nobody_waits_longer_than_ten_seconds()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), DnsUpstream.Of([new DnsResolver("http://100.64.0.3:1234/dns-query", default, false)]));
        var post = run.Next(DnsActionKind.Post);
        await Assert.That(post.Upstream!.Kind).IsEqualTo(DnsUpstreamKind.Peer);
        await Assert.That(run.Forwarder.NextDeadline - s_start).IsEqualTo(TimeSpan.FromSeconds(10));
        run.Pass(TimeSpan.FromSeconds(10));
        run.Next(DnsActionKind.Cancel);
        await Assert.That(CodeOf(run.Next(DnsActionKind.Answer))).IsEqualTo(DnsCode.ServerFailure);
        await run.Done();
    }

    [Test]
    public async Task A_public_resolver_is_asked_over_HTTPS_first()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), DnsUpstream.Of([new DnsResolver("8.8.8.8", default, false), new DnsResolver("8.8.4.4", default, false)]));
        var post = run.Next(DnsActionKind.Post);
        await Assert.That(post.Upstream!.Url).IsEqualTo("https://dns.google/dns-query");
        await Assert.That(post.Upstream.Addresses.Count).IsEqualTo(4);
        await Assert.That(run.Forwarder.Poll(out _)).IsFalse();
        run.Pass(TimeSpan.FromMilliseconds(500));
        await Assert.That(run.Next(DnsActionKind.SendDatagram).Upstream!.Endpoint.Address).IsEqualTo(IpAddress.V4(0x0808_0808));
        await Assert.That(run.Forwarder.Poll(out _)).IsFalse();
        run.Pass(TimeSpan.FromMilliseconds(200));
        await Assert.That(run.Next(DnsActionKind.SendDatagram).Upstream!.Endpoint.Address).IsEqualTo(IpAddress.V4(0x0808_0404));
        run.Forwarder.HandleAnswer(run.Now, post.Exchange, Questions.Answer(post.Message, 60, "192.0.2.1"));
        run.Next(DnsActionKind.Cancel);
        run.Next(DnsActionKind.Cancel);
        run.Next(DnsActionKind.Answer);
        await run.Done();
    }

    [Test]
    public async Task A_truncated_answer_goes_to_who_asked_over_UDP_and_is_asked_again_for_who_did_over_TCP()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Answer(datagram.Message, 0x8380, [], []));
        await Assert.That(Header(run.Next(DnsActionKind.Answer)).IsTruncated).IsTrue();

        run.Ask(2, Questions.Of("a.example.", DnsType.A), One, DnsTransport.Tcp);
        datagram = run.Next(DnsActionKind.SendDatagram);
        var stream = run.Next(DnsActionKind.SendStream);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Answer(datagram.Message, 0x8380, [], []));
        await Assert.That(run.Forwarder.Poll(out _)).IsFalse();
        run.Forwarder.HandleFailure(run.Now, stream.Exchange);
        await Assert.That(Header(run.Next(DnsActionKind.Answer)).IsTruncated).IsTrue();
        await run.Done();
    }

    [Test]
    public async Task A_servers_own_failure_is_passed_on_only_when_nobody_answers()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Answer(datagram.Message, 0x8182, [], []));
        var stream = run.Next(DnsActionKind.SendStream);
        run.Forwarder.HandleAnswer(run.Now, stream.Exchange, Questions.Answer(stream.Message, 0x8182, [], []));
        await Assert.That(CodeOf(run.Next(DnsActionKind.Answer))).IsEqualTo(DnsCode.ServerFailure);
        await run.Done();
    }

    [Test]
    public async Task Forged_answers_are_passed_over_but_not_without_end()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        var forged = Questions.Answer(datagram.Message, 60, "192.0.2.66");
        forged[0] ^= 1;
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, forged);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Answer(Questions.Of("b.example.", DnsType.A, BinaryPrimitives.ReadUInt16BigEndian(datagram.Message.Span)), 60, "192.0.2.66"));
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, datagram.Message.Span);
        await Assert.That(run.Forwarder.Poll(out _)).IsFalse();
        for (var i = 0; i < 13; i++)
            run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, forged);
        run.Next(DnsActionKind.SendStream);
        await Assert.That(run.Forwarder.JobCount).IsEqualTo(1);
    }

    [Test]
    public async Task Equal_questions_share_an_exchange_and_each_gets_its_ID()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A, 1), One);
        run.Ask(2, Questions.Of("a.example.", DnsType.A, 2), One);
        run.Ask(3, Questions.Of("a.example.", DnsType.Aaaa, 3), One);
        var (first, other) = (run.Next(DnsActionKind.SendDatagram), run.Next(DnsActionKind.SendDatagram));
        await Assert.That(run.Forwarder.JobCount).IsEqualTo(2);
        run.Forwarder.HandleAnswer(run.Now, first.Exchange, Questions.Answer(first.Message, 60, "192.0.2.1"));
        await Assert.That((int)Header(run.Next(DnsActionKind.Answer)).Id).IsEqualTo(1);
        await Assert.That((int)Header(run.Next(DnsActionKind.Answer)).Id).IsEqualTo(2);
        run.Forwarder.HandleFailure(run.Now, other.Exchange);
        run.Next(DnsActionKind.SendStream);
    }

    [Test]
    public async Task An_answer_is_kept_as_long_as_it_says_and_its_time_runs_down()
    {
        var run = new Run();
        run.Ask(1, Questions.Of("a.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Answer(datagram.Message, 60, "192.0.2.1", "192.0.2.2"));
        run.Next(DnsActionKind.Answer);
        run.Pass(TimeSpan.FromSeconds(59.5));
        var query = Questions.Of("A.eXample.", DnsType.A, 0x4321);
        run.Ask(2, query, One);
        var answer = run.Next(DnsActionKind.Answer);
        await Assert.That(Convert.ToHexString(answer.Message.Span)).IsEqualTo(Convert.ToHexString(Questions.Answer(query, 1, "192.0.2.1", "192.0.2.2")));
        run.Pass(TimeSpan.FromSeconds(0.5));
        run.Ask(3, query, One);
        run.Next(DnsActionKind.SendDatagram);
        await Assert.That(run.Cache.Count).IsEqualTo(0);
    }

    [Test]
    [Arguments(3)]
    [Arguments(0)]
    public async Task That_there_is_nothing_is_kept_as_the_zone_says(int code)
    {
        var run = new Run();
        run.Ask(1, Questions.Of("nx.example.", DnsType.A), One);
        var datagram = run.Next(DnsActionKind.SendDatagram);
        run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, Questions.Nothing(datagram.Message, code, 3600, 30));
        run.Next(DnsActionKind.Answer);
        run.Pass(TimeSpan.FromSeconds(29));
        run.Ask(2, Questions.Of("nx.example.", DnsType.A), One);
        await Assert.That((int)CodeOf(run.Next(DnsActionKind.Answer))).IsEqualTo(code);
        run.Pass(TimeSpan.FromSeconds(1));
        run.Ask(3, Questions.Of("nx.example.", DnsType.A), One);
        run.Next(DnsActionKind.SendDatagram);
    }

    [Test]
    public async Task What_does_not_say_how_long_or_is_meant_for_one_is_not_kept()
    {
        var run = new Run();
        var cookie = Questions.Of("a.example.", DnsType.A, udpSize: 1232, option: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
        var question = Questions.Of("a.example.", DnsType.A);
        foreach (var (query, answer) in new (byte[] Query, Func<ReadOnlyMemory<byte>, byte[]> Answer)[]
        {
            (question, message => Questions.Answer(message, 0x8183, [], [])),
            (question, message => Questions.Answer(message, 0, "192.0.2.1")),
            (question, message => Questions.Answer(message, 0x8380, [Questions.Record(1, 60, [1, 2, 3, 4])], [])),
            (question, message => Questions.Answer(message, 0x8185, [], [])),
            (cookie, message => Questions.Answer(message, 60, "192.0.2.1")),
        })
        {
            run.Ask(1, query, One);
            var datagram = run.Next(DnsActionKind.SendDatagram);
            run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, answer(datagram.Message));
            run.Next(DnsActionKind.Answer);
            await Assert.That(run.Cache.Count).IsEqualTo(0);
        }
        await run.Done();
    }

    [Test]
    public async Task The_cache_stays_within_its_bounds()
    {
        var cache = new DnsCache(mostEntries: 100, mostBytes: 10_000);
        var key = new byte[DnsName.MaxWire + 8];
        for (var i = 0; i < 1000; i++)
        {
            var query = Questions.Of($"host{i}.example.", DnsType.A);
            DnsCache.TryKey(query, key, out var length);
            cache.Add(s_start, key.AsSpan(0, length), Questions.Answer(query, 60, [.. Enumerable.Repeat("192.0.2.1", 1 + i % 20)]));
            if (cache.Count > 100 || cache.Bytes > 10_000)
                Assert.Fail($"{cache.Count} answers, {cache.Bytes} bytes");
        }
        await Assert.That(cache.Count).IsGreaterThan(10);
        var last = Questions.Of("host999.example.", DnsType.A);
        DnsCache.TryKey(last, key, out var lastLength);
        await Assert.That(cache.Find(s_start, key.AsSpan(0, lastLength), last)).IsNotNull();
    }

    [Test]
    public async Task Questions_beyond_the_limit_fail_at_once()
    {
        var run = new Run();
        for (var i = 0; i < DnsForwarder.MostJobs; i++)
            run.Ask(i, Questions.Of($"host{i}.example.", DnsType.A), One);
        while (run.Forwarder.Poll(out var action))
            await Assert.That(action.Kind).IsEqualTo(DnsActionKind.SendDatagram);
        run.Ask(9999, Questions.Of("more.example.", DnsType.A), One);
        var refused = run.Next(DnsActionKind.Answer);
        await Assert.That(refused.Client).IsEqualTo(9999);
        await Assert.That(CodeOf(refused)).IsEqualTo(DnsCode.ServerFailure);
        run.Pass(TimeSpan.FromSeconds(10));
        await Assert.That(run.Forwarder.JobCount).IsEqualTo(0);
        await Assert.That(run.Forwarder.NextDeadline).IsEqualTo(Timestamp.Never);
    }

    [Test]
    [Arguments(null, 512)]
    [Arguments(1232, 1232)]
    [Arguments(100, 512)]
    [Arguments(65000, 4095)]
    public async Task An_answer_larger_than_its_datagram_may_be_is_cut_to_the_question(int? udpSize, int limit)
    {
        var query = Questions.Of("a.example.", DnsType.A, udpSize: udpSize);
        foreach (var isTooLarge in new[] { false, true })
            await Assert.That(await Answered(query, limit, isTooLarge)).IsEqualTo(isTooLarge);

        static async Task<bool> Answered(byte[] query, int limit, bool isTooLarge)
        {
            var run = new Run();
            run.Ask(1, query, One);
            var datagram = run.Next(DnsActionKind.SendDatagram);
            var message = Questions.Answer(datagram.Message, 0x8180, [Questions.Record(16, 60, new byte[limit - 12 - 15 - 12 + (isTooLarge ? 1 : 0)])], []);
            run.Forwarder.HandleAnswer(run.Now, datagram.Exchange, message);
            var answer = run.Next(DnsActionKind.Answer).Message;
            await Assert.That(answer.Length).IsEqualTo(isTooLarge ? 12 + 15 : limit);
            return (answer.Span[2] & 2) != 0;
        }
    }

    private static DnsHeader Header(DnsAction action) => DnsHeader.TryRead(action.Message.Span, out var header) ? header : throw new InvalidDataException();

    private static DnsCode CodeOf(DnsAction action) => Header(action).Code;

    private sealed class Run
    {
        public Run() => Forwarder = new DnsForwarder(new ScriptedEntropy(), Cache);

        public DnsCache Cache { get; } = new();

        public DnsForwarder Forwarder { get; }

        public Timestamp Now { get; private set; } = s_start;

        public void Ask(long client, byte[] query, ValueList<DnsUpstream> upstreams, DnsTransport transport = DnsTransport.Udp) =>
            Forwarder.Handle(Now, client, query, transport, upstreams);

        public void Pass(TimeSpan time)
        {
            Now += time;
            Forwarder.HandleTime(Now);
        }

        public DnsAction Next(DnsActionKind kind)
        {
            if (!Forwarder.Poll(out var action) || action.Kind != kind)
                throw new InvalidOperationException($"{kind} is expected, {action} is to be done");
            return action;
        }

        public async Task Done()
        {
            await Assert.That(Forwarder.Poll(out _)).IsFalse();
            await Assert.That(Forwarder.JobCount).IsEqualTo(0);
        }
    }
}
