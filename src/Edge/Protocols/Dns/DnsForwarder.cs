using System.Buffers.Binary;
using Edge.Foundation;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>
/// Asks other servers: all upstreams of a route at once or, where they say so, one a moment after the other; over UDP, and over TCP where two seconds pass, it
/// fails or an answer does not fit. The first answer that is one wins; a server's own failure is not, as long as another may answer. Equal questions that are
/// under way share one exchange; answers are kept as long as they say. Timings are those of Tailscale 1.96.5 (net/dns/resolver/forwarder.go).
/// </summary>
/// <remarks>
/// Each exchange has an ID of its own from <paramref name="entropy"/>, and the shell gives it a port of its own: an answer counts only with both and with the
/// question that was sent, and forgeries are passed over, up to a number (RFC 5452).
/// </remarks>
/// <param name="entropy">For IDs.</param>
/// <param name="cache">For answers.</param>
internal sealed class DnsForwarder(EntropySource entropy, DnsCache cache)
{
    /// <summary>Questions under way; further ones fail at once.</summary>
    public const int MostJobs = 512;

    /// <summary>Who wait for one answer.</summary>
    public const int MostClients = 64;

    private const int MostUpstreams = 8;
    private const int MostForgeries = 16;

    private readonly Dictionary<byte[], DnsJob> _byKey = new(new BytesComparer());
    private readonly List<DnsJob> _jobs = [];
    private readonly Dictionary<int, DnsExchange> _exchanges = [];
    private readonly Queue<DnsAction> _outbox = [];
    private int _lastExchange;

    private static TimeSpan QuestionTimeout => TimeSpan.FromSeconds(10);

    private static TimeSpan DatagramRace => TimeSpan.FromSeconds(2);

    private static TimeSpan StreamTimeout => TimeSpan.FromSeconds(5);

    /// <summary>Questions that wait for an upstream.</summary>
    public int JobCount => _jobs.Count;

    /// <summary>When <see cref="HandleTime"/> is next due.</summary>
    public Timestamp NextDeadline
    {
        get
        {
            var next = Timestamp.Never;
            foreach (var job in _jobs)
                next = Timestamp.Min(next, job.NextDeadline);
            return next;
        }
    }

    /// <summary>A question that is not the tailnet's.</summary>
    /// <param name="now">The time.</param>
    /// <param name="client">Names who asked, in the answer's action.</param>
    /// <param name="query">Its question can be read.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="upstreams">Whom to ask.</param>
    public void Handle(Timestamp now, long client, ReadOnlySpan<byte> query, DnsTransport transport, ValueList<DnsUpstream> upstreams)
    {
        var asker = new DnsAsker(client, BinaryPrimitives.ReadUInt16BigEndian(query), transport == DnsTransport.Udp ? DnsMessage.UdpSizeFor(query) : ushort.MaxValue);
        if (upstreams.IsEmpty)
        {
            Fail(asker, query);
            return;
        }
        Span<byte> key = stackalloc byte[DnsName.MaxWire + 8];
        var isShared = DnsCache.TryKey(query, key, out var length);
        if (isShared && cache.Find(now, key[..length], query) is { } known)
        {
            Answer(asker, known);
            return;
        }
        key[length++] = (byte)transport;
        if (isShared && _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key[..length], out var underWay))
        {
            if (underWay.Askers.Count < MostClients && underWay.Message.AsSpan(2).SequenceEqual(query[2..]))
            {
                underWay.Askers.Add(asker);
                return;
            }
            isShared = false;
        }
        if (_jobs.Count == MostJobs)
        {
            Fail(asker, query);
            return;
        }
        Begin(now, asker, query, transport, upstreams, isShared ? key[..length].ToArray() : null);
    }

    /// <summary>What an exchange brought: a datagram, a message of a stream, a body.</summary>
    /// <returns>True: it was no answer to what was asked, and the exchange goes on. False: the exchange is over.</returns>
    public bool HandleAnswer(Timestamp now, int exchange, ReadOnlySpan<byte> message)
    {
        if (!_exchanges.TryGetValue(exchange, out var found))
            return false;
        var job = found.Job;
        var isAnswer = IsAnswerTo(job, found.Id, message);
        if (!isAnswer && found.Kind == DnsActionKind.SendDatagram && ++found.Forgeries < MostForgeries)
            return true;
        DnsHeader.TryRead(message, out var header);
        var isCut = header.IsTruncated && found.Kind == DnsActionKind.SendDatagram && job.Transport == DnsTransport.Tcp;
        // Better than nothing, should TCP fail.
        if (isAnswer && isCut)
            job.Truncated = message.ToArray();
        if (!isAnswer || isCut || header.Code == DnsCode.ServerFailure)
        {
            HandleFailure(now, exchange);
            return false;
        }
        _exchanges.Remove(exchange);
        found.Attempt.Exchanges.Remove(found);
        if (job.Key is not null)
            cache.Add(now, job.Key.AsSpan(0, job.Key.Length - 1), message);
        Finish(job, message);
        return false;
    }

    /// <summary>An exchange broke off.</summary>
    public void HandleFailure(Timestamp now, int exchange)
    {
        if (!_exchanges.Remove(exchange, out var failed))
            return;
        var attempt = failed.Attempt;
        attempt.Exchanges.Remove(failed);
        if (failed.Kind == DnsActionKind.SendDatagram)
            BeginStream(now, failed.Job, attempt);
        GiveUpIfNothingIsLeft(failed.Job);
    }

    public void HandleTime(Timestamp now)
    {
        for (var i = _jobs.Count - 1; i >= 0; i--)
        {
            var job = _jobs[i];
            if (job.NextDeadline > now)
                continue;
            if (job.Ends <= now)
            {
                GiveUp(job);
                continue;
            }
            foreach (var attempt in job.Attempts)
                Advance(now, job, attempt);
            GiveUpIfNothingIsLeft(job);
        }
    }

    public bool Poll(out DnsAction action) => _outbox.TryDequeue(out action);

    /// <summary>Forgets all questions under way without an answer, and what was answered: other upstreams are now to be asked.</summary>
    public void Reset()
    {
        while (_jobs.Count > 0)
            GiveUp(_jobs[^1]);
        cache.Clear();
    }

    private void Begin(Timestamp now, DnsAsker asker, ReadOnlySpan<byte> query, DnsTransport transport, ValueList<DnsUpstream> upstreams, byte[]? key)
    {
        var message = query.ToArray();
        if (DnsMessage.TryFindOpt(message, out var at, out _, out _) && at > 0 && BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at)) > DnsMessage.MostUdpSize)
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), DnsMessage.MostUdpSize);
        var job = new DnsJob { Message = message, Transport = transport, Key = key, Ends = now + QuestionTimeout };
        job.Askers.Add(asker);
        foreach (var upstream in upstreams.Span[..Math.Min(upstreams.Count, MostUpstreams)])
            job.Attempts.Add(new DnsAttempt { Upstream = upstream, Starts = now + upstream.Delay });
        _jobs.Add(job);
        if (key is not null)
            _byKey[key] = job;
        foreach (var attempt in job.Attempts)
            Advance(now, job, attempt);
    }

    private void Advance(Timestamp now, DnsJob job, DnsAttempt attempt)
    {
        if (attempt.Starts <= now)
        {
            attempt.Starts = Timestamp.Never;
            if (attempt.Upstream.Kind != DnsUpstreamKind.Plain)
            {
                Send(job, attempt, DnsActionKind.Post, Timestamp.Never);
            }
            else
            {
                Send(job, attempt, DnsActionKind.SendDatagram, Timestamp.Never);
                attempt.StreamStarts = now + (job.Transport == DnsTransport.Udp ? DatagramRace : TimeSpan.Zero);
            }
        }
        if (attempt.StreamStarts <= now)
            BeginStream(now, job, attempt);
        for (var i = attempt.Exchanges.Count - 1; i >= 0; i--)
        {
            if (attempt.Exchanges[i].Ends <= now)
                Cancel(attempt, i);
        }
    }

    private void BeginStream(Timestamp now, DnsJob job, DnsAttempt attempt)
    {
        if (attempt.StreamStarts == Timestamp.Never)
            return;
        attempt.StreamStarts = Timestamp.Never;
        Send(job, attempt, DnsActionKind.SendStream, now + StreamTimeout);
    }

    private void Send(DnsJob job, DnsAttempt attempt, DnsActionKind kind, Timestamp ends)
    {
        Span<byte> id = stackalloc byte[2];
        entropy.Fill(id);
        var message = job.Message.AsSpan().ToArray();
        // RFC 8484 section 4.1: an ID of 0 lets HTTP's caches work.
        if (kind == DnsActionKind.Post)
            id.Clear();
        id.CopyTo(message);
        var number = ++_lastExchange;
        var exchange = new DnsExchange(number, kind, BinaryPrimitives.ReadUInt16BigEndian(id), job, attempt, ends);
        _exchanges.Add(number, exchange);
        attempt.Exchanges.Add(exchange);
        _outbox.Enqueue(new DnsAction(kind, number, 0, attempt.Upstream, message));
    }

    private void Cancel(DnsAttempt attempt, int index)
    {
        var number = attempt.Exchanges[index].Number;
        attempt.Exchanges.RemoveAt(index);
        _exchanges.Remove(number);
        _outbox.Enqueue(new DnsAction(DnsActionKind.Cancel, number, 0, attempt.Upstream, default));
    }

    private void GiveUpIfNothingIsLeft(DnsJob job)
    {
        foreach (var attempt in job.Attempts)
        {
            if (attempt.Exchanges.Count > 0 || attempt.Starts != Timestamp.Never || attempt.StreamStarts != Timestamp.Never)
                return;
        }
        GiveUp(job);
    }

    private void GiveUp(DnsJob job)
    {
        if (job.Truncated is not null)
            Finish(job, job.Truncated);
        else
            Finish(job, DnsMessage.Fail(job.Message, DnsCode.ServerFailure, DnsHeader.Authoritative));
    }

    private void Finish(DnsJob job, ReadOnlySpan<byte> message)
    {
        if (!_jobs.Remove(job))
            return;
        if (job.Key is not null && _byKey.TryGetValue(job.Key, out var owner) && owner == job)
            _byKey.Remove(job.Key);
        foreach (var attempt in job.Attempts)
        {
            for (var i = attempt.Exchanges.Count - 1; i >= 0; i--)
                Cancel(attempt, i);
            (attempt.Starts, attempt.StreamStarts) = (Timestamp.Never, Timestamp.Never);
        }
        foreach (var asker in job.Askers)
            Answer(asker, message.ToArray());
    }

    private void Fail(DnsAsker asker, ReadOnlySpan<byte> query) => Answer(asker, DnsMessage.Fail(query, DnsCode.ServerFailure, DnsHeader.Authoritative));

    private void Answer(DnsAsker asker, byte[] message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message, asker.Id);
        var length = DnsMessage.Fit(message, message.Length, asker.MostBytes);
        _outbox.Enqueue(new DnsAction(DnsActionKind.Answer, 0, asker.Client, null, message.AsMemory(0, length)));
    }

    private static bool IsAnswerTo(DnsJob job, ushort id, ReadOnlySpan<byte> message)
    {
        if (!DnsHeader.TryRead(message, out var header) || !header.IsResponse || header.Id != id)
            return false;
        // A server that could not read the question, or would not, need not repeat it.
        if (header.Questions == 0)
            return header.Code is not (DnsCode.Success or DnsCode.NameError);
        Span<byte> asked = stackalloc byte[DnsName.MaxWire];
        Span<byte> answered = stackalloc byte[DnsName.MaxWire];
        scoped var ours = new DnsReader(job.Message);
        scoped var theirs = new DnsReader(message);
        return ours.TryReadQuestion(asked, out var question) && theirs.TryReadQuestion(answered, out var repeated) && repeated.Is(question);
    }
}
