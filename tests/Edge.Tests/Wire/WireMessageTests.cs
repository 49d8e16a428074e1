using System.Reflection;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>What holds for every declared message, on recorded bytes.</summary>
public sealed class WireMessageTests
{
    private static readonly ILookup<string, WireSample> Samples = WireSamples.All.ToLookup(s => s.Message);

    public static IEnumerable<string> Messages() => WireCase.All.Select(c => c.Message);

    [Test]
    public async Task Every_declared_message_is_tested()
    {
        var declared = typeof(WireMessageAttribute).Assembly.GetTypes().Where(t => t.GetCustomAttribute<WireMessageAttribute>() is not null).Select(t => t.Name);
        await Assert.That(Messages().Order()).IsEquivalentTo(declared.Order());
    }

    [Test]
    [MethodDataSource(nameof(Messages))]
    public async Task Recorded_bytes_are_read_and_written_back_identically(string message)
    {
        var @case = Case(message);
        var failed = new List<string>();
        var full = 0;
        foreach (var sample in Samples[message])
        {
            var buffer = new byte[sample.Bytes.Length + 8];
            // Write must not depend on what was in the buffer.
            buffer.AsSpan().Fill(0xa5);
            var length = @case.Rewrite(sample.Bytes, buffer);
            if (length < 0 || !buffer.AsSpan(0, length).SequenceEqual(sample.Bytes.AsSpan(0, Math.Min(length, sample.Bytes.Length))) || buffer[length] != 0xa5)
                failed.Add($"{sample}: {Convert.ToHexString(sample.Bytes)} -> {length}");
            full++;
        }
        await Assert.That(failed).IsEmpty();
        await Assert.That(full).IsGreaterThan(0);
    }

    [Test]
    [MethodDataSource(nameof(Messages))]
    public async Task A_truncated_message_is_refused_or_a_valid_shorter_one(string message)
    {
        var @case = Case(message);
        var failed = new List<string>();
        foreach (var sample in Samples[message].DistinctBy(s => s.Bytes.Length).Take(10))
        {
            for (var length = 0; length < sample.Bytes.Length; length++)
            {
                var cut = sample.Bytes.AsSpan(0, length);
                var text = @case.Describe(cut);
                var buffer = new byte[length];
                var written = @case.Rewrite(cut, buffer);
                if ((text is not null && length < @case.Size) || (written >= 0 && !cut.StartsWith(buffer.AsSpan(0, written))))
                    failed.Add($"{sample} cut to {length}");
            }
        }
        await Assert.That(failed).IsEmpty();
    }

    /// <summary>Bounded and seeded; tests/Edge.Fuzz is for the long runs.</summary>
    [Test]
    [MethodDataSource(nameof(Messages))]
    public async Task Damaged_bytes_never_throw_and_what_is_accepted_is_written_back_stably(string message)
    {
        var @case = Case(message);
        var samples = Samples[message].DistinctBy(s => s.Bytes.Length).Select(s => s.Bytes).ToArray();
        var random = new Random(20261123);
        var failed = new List<string>();
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = Damage(samples[random.Next(samples.Length)], random);
            @case.Describe(bytes);
            byte[] first = new byte[bytes.Length + 8], second = new byte[bytes.Length + 8];
            var length = @case.Rewrite(bytes, first);
            if (length > bytes.Length || (length >= 0 && (@case.Rewrite(first.AsSpan(0, length), second) != length || !first.AsSpan().SequenceEqual(second))))
                failed.Add(Convert.ToHexString(bytes));
        }
        await Assert.That(failed).IsEmpty();
    }

    [Test]
    [MethodDataSource(nameof(Messages))]
    public async Task Reading_and_writing_allocate_nothing(string message)
    {
        var rewrite = Case(message).Rewrite;
        var bytes = Samples[message].First().Bytes;
        var buffer = new byte[bytes.Length];
        rewrite(bytes, buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
            rewrite(bytes, buffer);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        await Assert.That(allocated).IsEqualTo(0);
    }

    [Test]
    [MethodDataSource(nameof(Messages))]
    public async Task The_dump_names_the_message(string message) =>
        await Assert.That(Case(message).Describe(Samples[message].First().Bytes)!).StartsWith(message + " { ");

    [Test]
    public async Task The_dump_shows_fields_and_hides_secrets()
    {
        var bind = Samples[nameof(DiscoBindAnswer)].First();
        var secret = Convert.ToHexStringLower(bind.Bytes.AsSpan(42, 32));
        var dump = Case(nameof(DiscoBindAnswer)).Describe(bind.Bytes)!;
        await Assert.That(dump).DoesNotContain(secret);
        await Assert.That(dump).Contains("Challenge=redacted(32 bytes)");

        var udp = Convert.FromHexString("0035d431000abeef6869");
        await Assert.That(Case(nameof(UdpHeader)).Describe(udp)).IsEqualTo("UdpHeader { SourcePort=53, DestinationPort=54321, Length=10, Checksum=48879, Payload=6869 }");
    }

    private static WireCase Case(string message) => WireCase.All.Single(c => c.Message == message);

    private static byte[] Damage(byte[] sample, Random random)
    {
        var bytes = random.Next(4) switch
        {
            0 => sample[..random.Next(sample.Length + 1)],
            1 => [.. sample, .. new byte[random.Next(40)]],
            _ => (byte[])sample.Clone(),
        };
        for (var flips = random.Next(6); flips > 0 && bytes.Length > 0; flips--)
            bytes[random.Next(Math.Min(bytes.Length, 80))] = (byte)random.Next(256);
        return bytes;
    }
}
