using System.Diagnostics;
using System.Globalization;
using Edge.Crypto;
using Edge.Crypto.Native;
using SystemChaCha20Poly1305 = System.Security.Cryptography.ChaCha20Poly1305;

namespace Edge.Bench;

/// <summary>
/// Which ChaCha20-Poly1305 the data plane should call: time for each packet, nonce and tag included, and its ratio to <c>openssl speed</c>.
/// That figure is the bare cipher without nonce, key stream block, end and tag: no caller of a whole seal can reach it.
/// </summary>
internal static class AeadBenchmark
{
    private const int TagSize = AeadContext.TagSize;

    /// <summary>What one measurement takes about: shorter than the scheduler's, so that many are not interrupted on a busy machine.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(1);

    private const int SlicesPerRun = 10;

    private delegate void Batch(int size, int count);

    public static bool Run(int runs)
    {
        using var edge = new AeadContext();
        using var libcrypto = new EvpContext(encrypts: true);
        using var libsodium = new AeadContext(AeadImplementation.Sodium);
        byte[][] keys = [new byte[AeadContext.KeySize], [.. Enumerable.Repeat((byte)1, AeadContext.KeySize)]];
        using var system = new SystemChaCha20Poly1305(keys[0]);
        var packet = new byte[65_536 + TagSize];
        var nonce = new byte[12];
        ulong counter = 0;

        (string Name, Batch Batch)[] candidates =
        [
            ("Edge", (size, count) => Seal(edge, size, count)),
            ("Edge, open", (size, count) => Open(edge, size, count)),
            ("libcrypto, key kept", (size, count) => SealByLibcrypto(size, count, keyMask: 0)),
            ("libcrypto, key new", (size, count) => SealByLibcrypto(size, count, keyMask: 1)),
            ("libsodium", (size, count) => Seal(libsodium, size, count)),
            (".NET", (size, count) =>
            {
                for (var i = 0; i < count; i++)
                {
                    BitConverter.TryWriteBytes(nonce.AsSpan(4), counter++);
                    system.Encrypt(nonce, packet.AsSpan(0, size), packet.AsSpan(0, size), packet.AsSpan(size, TagSize));
                }
            }),
        ];

        Console.WriteLine($"ChaCha20-Poly1305 in place, one thread, best of {runs * SlicesPerRun} turns: ns each, and the ratio of `openssl speed`'s rate that it reaches");
        Console.WriteLine($"  {"bytes",6} {"openssl speed",14} {string.Concat(candidates.Select(candidate => $"{candidate.Name,22}"))}");
        foreach (var size in (int[])[64, 96, 128, 256, 512, 1420, 8192])
        {
            var speed = OpenSslSpeed(size);
            var best = Best(candidates, size, runs * SlicesPerRun);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {size,6} {speed,11:0} ns {string.Concat(best.Select(ns => string.Create(CultureInfo.InvariantCulture, $"{ns,14:0} ({speed / ns:0.00})")))}"));
        }
        return true;

        void Seal(AeadContext context, int size, int count)
        {
            for (var i = 0; i < count; i++)
                context.Seal(keys[0], counter++, packet.AsSpan(0, size + TagSize));
        }

        unsafe void SealByLibcrypto(int size, int count, int keyMask)
        {
            fixed (byte* n = nonce, p = packet)
            {
                for (var i = 0; i < count; i++)
                {
                    BitConverter.TryWriteBytes(nonce.AsSpan(4), counter++);
                    libcrypto.Seal(keys[i & keyMask], n, p, size, p);
                }
            }
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
    private static double[] Best((string Name, Batch Batch)[] candidates, int size, int turns)
    {
        var counts = candidates.Select(candidate => Count(candidate.Batch, size)).ToArray();
        var best = candidates.Select(_ => double.MaxValue).ToArray();
        for (var turn = 0; turn < turns; turn++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                candidates[i].Batch(size, counts[i]);
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(began).TotalNanoseconds / counts[i]);
            }
        }
        return best;
    }

    /// <summary>How many fill a slice; finding out warms up as well.</summary>
    private static int Count(Batch batch, int size)
    {
        // The first thousands only warm up.
        batch(size, 5000);
        for (var count = 64; ; count *= 2)
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
