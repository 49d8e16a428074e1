using System.Net;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Protocols.Derp;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>
/// The relay's core, driven from the threads of all its sockets, one at a time: each call holds the lock for as long as frames are copied
/// from one client to the other's queue. What follows from it is done by the same thread, outside of the lock.
/// </summary>
internal sealed class RelayHub : IDisposable
{
    /// <summary>Deadlines are met so much late, many at once.</summary>
    private static readonly TimeSpan s_grain = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly DerpRelay _relay;
    private readonly RelayOutbox _outbox = new();
    private readonly IRelayAdmission? _admission;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<RelayConnection> _open = [];
    private readonly Timer _timer;
    private Timestamp _armed = Timestamp.Never;

    /// <param name="options">The relay's key and limits.</param>
    /// <param name="admission">Who decides; null: all are admitted.</param>
    /// <param name="entropy">For nonces.</param>
    /// <param name="log">What happens to clients, for those who look for it.</param>
    public RelayHub(RelayOptions options, IRelayAdmission? admission, EntropySource entropy, ILogger log)
    {
        (_admission, _log) = (admission, log);
        _relay = new DerpRelay(MonotonicClock.Now, options with { AsksAdmission = admission is not null }, entropy);
        _timer = new Timer(static hub => ((RelayHub)hub!).MeetDeadlines(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public PublicKey Key => _relay.Key;

    public RelayCounters Counters => _relay.Counters;

    /// <summary>Different keys here, at other relays only, and watchers.</summary>
    public (int Local, int Remote, int Watchers) Clients
    {
        get
        {
            lock (_lock)
                return (_relay.LocalKeys, _relay.RemoteKeys, _relay.Watchers);
        }
    }

    /// <summary>A connection that was upgraded. Run it.</summary>
    /// <param name="stream">What DERP is spoken over.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="isNotIdeal">Whether it would rather be elsewhere.</param>
    /// <param name="abort">Ends it at once.</param>
    public RelayConnection Accept(Stream stream, Endpoint remote, bool isNotIdeal, Action abort)
    {
        RelayConnection connection;
        RelayWork work;
        lock (_lock)
        {
            var client = _relay.Accept(MonotonicClock.Now, remote, isNotIdeal);
            connection = new RelayConnection(this, client, stream, abort);
            client.Tag = connection;
            _open.Add(connection);
            work = Settle();
        }
        Do(work);
        return connection;
    }

    /// <summary>Bytes of a client.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="bytes">What has come.</param>
    /// <param name="toWrite">Whom something waits for now, to be written to soon; the caller's to do.</param>
    /// <returns>How many bytes were used; fewer when the client must wait or is closed.</returns>
    public int Handle(RelayConnection connection, ReadOnlySpan<byte> bytes, out RelayConnection? toWrite)
    {
        int used;
        RelayWork work;
        lock (_lock)
        {
            used = _relay.Handle(MonotonicClock.Now, connection.Client, bytes);
            work = Settle();
        }
        toWrite = work.ToWrite;
        work.ToWrite = null;
        // Who is closed is to read what was said to it before.
        if (work.ToEnd is not null)
        {
            WriteTo(toWrite);
            toWrite = null;
        }
        Do(work);
        return used;
    }

    /// <summary>Writes to all of a chain.</summary>
    public static void WriteTo(RelayConnection? connection)
    {
        while (connection is not null)
        {
            var next = connection.NextToWrite;
            connection.NextToWrite = null;
            connection.Write();
            connection = next;
        }
    }

    /// <summary>What is to be written to a client first; empty: nothing.</summary>
    public ReadOnlyMemory<byte> BeginWrite(RelayConnection connection)
    {
        lock (_lock)
            return Take(connection);
    }

    /// <summary>A write is done; what is to be written next.</summary>
    public ReadOnlyMemory<byte> GoOnWriting(RelayConnection connection, bool isWritten)
    {
        RelayWork work;
        lock (_lock)
        {
            _relay.HandleWritten(connection.Client, isWritten);
            if (isWritten)
                return Take(connection);
            connection.IsWriting = false;
            connection.Written?.TrySetResult();
            _relay.HandleClosed(connection.Client);
            work = Settle();
        }
        Do(work);
        return default;
    }

    /// <summary>The connection has ended. Returns when nothing of it is written any more.</summary>
    public async ValueTask End(RelayConnection connection)
    {
        Task? written = null;
        RelayWork work;
        lock (_lock)
        {
            _relay.HandleClosed(connection.Client);
            _open.Remove(connection);
            if (connection.IsWriting)
                written = (connection.Written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            work = Settle();
        }
        Do(work);
        if (written is not null)
            await written;
    }

    public MeshLink AddLink(MeshConnection connection)
    {
        lock (_lock)
        {
            var link = _relay.AddLink();
            link.Tag = connection;
            return link;
        }
    }

    /// <summary>Another relay says that it has a client, or has it no more.</summary>
    public void Handle(MeshLink link, PublicKey peer, bool isPresent)
    {
        RelayWork work;
        lock (_lock)
        {
            if (isPresent)
                _relay.HandlePresent(link, peer);
            else
                _relay.HandleGone(link, peer);
            work = Settle();
        }
        Do(work);
    }

    /// <summary>What is to be forwarded next; empty: nothing, and the connection is woken when there is.</summary>
    /// <param name="link">To which relay.</param>
    /// <param name="hasWritten">What was taken before is written.</param>
    public ReadOnlyMemory<byte> Forward(MeshLink link, bool hasWritten)
    {
        lock (_lock)
        {
            if (hasWritten)
                link.Written();
            return link.Take();
        }
    }

    public void Break(MeshLink link)
    {
        RelayWork work;
        lock (_lock)
        {
            _relay.HandleBroken(link);
            work = Settle();
        }
        Do(work);
    }

    /// <summary>Tells all clients that the relay goes away, gives them a moment to read it, and ends their connections.</summary>
    /// <param name="reconnectIn">What they are told to wait.</param>
    /// <param name="tryFor">What they are told to try.</param>
    /// <param name="grace">The moment.</param>
    public async Task Stop(TimeSpan reconnectIn, TimeSpan tryFor, TimeSpan grace)
    {
        await _stopping.CancelAsync();
        RelayWork work;
        lock (_lock)
        {
            _relay.Restart(reconnectIn, tryFor);
            work = Settle();
        }
        Do(work);
        var until = MonotonicClock.Now + grace;
        while (MonotonicClock.Now < until && AreWriting())
            await Task.Delay(s_grain);
        EndAll();
    }

    /// <summary>Ends all connections at once.</summary>
    public void EndAll()
    {
        RelayConnection[] open;
        lock (_lock)
            open = [.. _open];
        foreach (var connection in open)
            connection.Abort();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What the clock says of a client's pause.</summary>
    public static TimeSpan WaitOf(RelayClient client) => client.ResumeAt - MonotonicClock.Now;

    private bool AreWriting()
    {
        lock (_lock)
        {
            foreach (var connection in _open)
                if (connection.IsWriting)
                    return true;
            return false;
        }
    }

    private ReadOnlyMemory<byte> Take(RelayConnection connection)
    {
        var bytes = _relay.Take(MonotonicClock.Now, connection.Client);
        connection.IsWriting = !bytes.IsEmpty;
        if (bytes.IsEmpty)
            connection.Written?.TrySetResult();
        else
            Arm();
        return bytes;
    }

    private void MeetDeadlines()
    {
        RelayWork work;
        lock (_lock)
        {
            _armed = Timestamp.Never;
            _relay.Handle(MonotonicClock.Now);
            work = Settle();
        }
        Do(work);
    }

    private void Arm()
    {
        var next = _relay.NextDeadline;
        if (next >= _armed)
            return;
        _armed = next;
        var wait = next - MonotonicClock.Now;
        _timer.Change(wait > TimeSpan.Zero ? wait + s_grain : s_grain, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Under the lock: takes what the core wants done.</summary>
    private RelayWork Settle()
    {
        _outbox.Clear();
        _relay.Poll(_outbox);
        var work = new RelayWork();
        foreach (var client in _outbox.Writable)
        {
            var connection = (RelayConnection)client.Tag!;
            connection.NextToWrite = work.ToWrite;
            work.ToWrite = connection;
        }
        foreach (var client in _outbox.Closed)
        {
            var connection = (RelayConnection)client.Tag!;
            connection.NextToEnd = work.ToEnd;
            work.ToEnd = connection;
        }
        foreach (var client in _outbox.Questions)
        {
            var connection = (RelayConnection)client.Tag!;
            connection.NextToAsk = work.ToAsk;
            work.ToAsk = connection;
        }
        foreach (var link in _outbox.WritableLinks)
        {
            var connection = (MeshConnection)link.Tag!;
            connection.NextToForward = work.ToForward;
            work.ToForward = connection;
        }
        Arm();
        return work;
    }

    private void Do(in RelayWork work)
    {
        for (var connection = work.ToAsk; connection is not null;)
        {
            var next = connection.NextToAsk;
            connection.NextToAsk = null;
            _ = Decide(connection);
            connection = next;
        }
        for (var connection = work.ToForward; connection is not null;)
        {
            var next = connection.NextToForward;
            connection.NextToForward = null;
            connection.Wake();
            connection = next;
        }
        WriteTo(work.ToWrite);
        for (var connection = work.ToEnd; connection is not null;)
        {
            var next = connection.NextToEnd;
            connection.NextToEnd = null;
            Say(connection);
            // What was written to it a moment ago mostly is on its way already.
            if (connection.Client.IsFaulty && connection.IsWriting)
                _ = AbortLater(connection);
            else
                connection.Abort();
            connection = next;
        }
    }

    private static async Task AbortLater(RelayConnection connection)
    {
        await Task.Delay(DerpLimits.WriteTime);
        connection.Abort();
    }

    private async Task Decide(RelayConnection connection)
    {
        connection.Ask();
        var isAdmitted = false;
        try
        {
            isAdmitted = await _admission!.Admits(connection.Client.Key, AddressOf(connection.Client), _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The relay stops.
        }
        RelayWork work;
        lock (_lock)
        {
            _relay.HandleVerdict(MonotonicClock.Now, connection.Client, isAdmitted);
            work = Settle();
        }
        Do(work);
        connection.GoOn();
    }

    private void Say(RelayConnection connection)
    {
        var client = connection.Client;
        var address = AddressOf(client);
        if (client.CloseReason == RelayCloseReason.Refused)
            _log.Refused(new KeyOf<NodeKind>(client.Key), address);
        else if (client.CloseReason != RelayCloseReason.Disconnected)
            _log.Closed(address, client.CloseReason);
    }

    private static IPAddress AddressOf(RelayClient client) => client.Remote.Address.ToIPAddress();
}
