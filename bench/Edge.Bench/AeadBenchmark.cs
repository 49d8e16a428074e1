using System.Diagnostics;
using System.Globalization;
using Edge.Crypto;
using SystemChaCha20Poly1305 = System.Security.Cryptography.ChaCha20Poly1305;

namespace Edge.Bench;

/// <summary>
/// Which ChaCha20-Poly1305 the data plane should call: time for each packet, nonce and tag included, and its ratio to <c>openssl speed</c>.
/// That figure is the bare cipher without nonce, key stream block, end and tag: no caller of a whole seal can reach it.
/// </summary>
internal static class AeadBenchmark
{
    private const int TagSize = AeadContext.TagSize;

    /// <summary>What one measurement takes about, whatever the machine.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(10);

    private delegate void Batch(int size, int count);

    public static bool Run(int runs)
    {
        using var libcrypto = new AeadContext(AeadImplementation.OpenSsl);
        using var libsodium = new AeadContext(AeadImplementation.Sodium);
        byte[][] keys = [new byte[AeadContext.KeySize], [.. Enumerable.Repeat((byte)1, AeadContext.KeySize)]];
        using var system = new SystemChaCha20Poly1305(keys[0]);
        var packet = new byte[65_536 + TagSize];
        var nonce = new byte[12];
        ulong counter = 0;

        (string Name, Batch Batch)[] candidates =
        [
            ("libcrypto, EVP kept", (size, count) => Seal(libcrypto, size, count, keyMask: 0)),
            ("the same, new keys", (size, count) => Seal(libcrypto, size, count, keyMask: 1)),
            ("libsodium", (size, count) => Seal(libsodium, size, count, keyMask: 0)),
            (".NET", (size, count) =>
            {
                for (var i = 0; i < count; i++)
                {
                    BitConverter.TryWriteBytes(nonce.AsSpan(4), counter++);
                    system.Encrypt(nonce, packet.AsSpan(0, size), packet.AsSpan(0, size), packet.AsSpan(size, TagSize));
                }
            }),
            ("libcrypto, open", (size, count) => Open(libcrypto, size, count)),
            ("libsodium, open", (size, count) => Open(libsodium, size, count)),
        ];

        Console.WriteLine($"ChaCha20-Poly1305 in place, one thread, median of {runs}: ns each, and the ratio of `openssl speed`'s rate that it reaches");
        Console.WriteLine($"  {"bytes",6} {"openssl speed",14} {string.Concat(candidates.Select(candidate => $"{candidate.Name,22}"))}");
        foreach (var size in (int[])[64, 128, 256, 512, 1420])
        {
            var speed = OpenSslSpeed(size);
            var medians = Medians(candidates, size, runs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {size,6} {speed,11:0} ns {string.Concat(medians.Select(ns => string.Create(CultureInfo.InvariantCulture, $"{ns,14:0} ({speed / ns:0.00})")))}"));
        }
        return true;

        void Seal(AeadContext context, int size, int count, int keyMask)
        {
            for (var i = 0; i < count; i++)
                context.Seal(keys[i & keyMask], counter++, packet.AsSpan(0, size + TagSize));
        }

        // Opened into another place, so that one sealed packet serves all.
        void Open(AeadContext context, int size, int count)
        {
            var sealedPacket = packet.AsSpan(0, size + TagSize);
            var plaintext = packet.AsSpan(packet.Length - size);
            context.Seal(keys[0], 0, sealedPacket);
            for (var i = 0; i < count; i++)
            {
                if (!context.Open(keys[0], 0, sealedPacket, plaintext))
                    throw new InvalidOperationException("a genuine packet does not open");
            }
        }
    }

    /// <summary>Nanoseconds a packet. The candidates take turns, so that what the machine does meanwhile hits all.</summary>
    private static double[] Medians((string Name, Batch Batch)[] candidates, int size, int runs)
    {
        var counts = candidates.Select(candidate => Count(candidate.Batch, size)).ToArray();
        var times = candidates.Select(_ => new List<double>()).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                candidates[i].Batch(size, counts[i]);
                times[i].Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / counts[i]);
            }
        }
        return [.. times.Select(list => list.Order().ElementAt(list.Count / 2))];
    }

    /// <summary>How many fill a slice; finding out warms up as well.</summary>
    private static int Count(Batch batch, int size)
    {
        for (var count = 256; ; count *= 2)
        {
            var began = Stopwatch.GetTimestamp();
            batch(size, count);
            if (Stopwatch.GetElapsedTime(began) >= s_slice)
                return count;
        }
    }

    /// <summary>Nanoseconds a block of <paramref name="size"/> bytes, by <c>openssl speed -mr</c>: a line <c>+F:NN:NAME:BYTES-A-SECOND</c>.</summary>
    private static double OpenSslSpeed(int size)
    {
        var start = new ProcessStartInfo("openssl", ["speed", "-mr", "-seconds", "1", "-evp", "chacha20-poly1305", "-bytes", $"{size}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var figure = output.Split('\n').Single(line => line.StartsWith("+F:", StringComparison.Ordinal)).Split(':')[^1];
        return size * 1e9 / double.Parse(figure, CultureInfo.InvariantCulture);
    }
}
