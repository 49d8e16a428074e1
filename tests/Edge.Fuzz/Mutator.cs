using System.Buffers.Binary;

namespace Edge.Fuzz;

/// <summary>Makes inputs out of inputs. The same seed makes the same ones on every machine.</summary>
internal sealed class Mutator(ulong seed, IReadOnlyList<byte[]> words)
{
    /// <summary>The longest input that is made, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    // Numbers at which lengths, offsets and counts go wrong.
    private static readonly long[] Edges = [0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    private ulong _state = seed;

    /// <summary>SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to <paramref name="count"/> - 1; 0 where there is nothing to choose from.</summary>
    public int Next(int count) => count <= 1 ? 0 : (int)(Next() % (ulong)count);

    public byte[] Mutate(IReadOnlyList<byte[]> corpus)
    {
        var input = corpus[Next(corpus.Count)].ToList();
        for (var changes = 1 << Next(5); changes > 0; changes--)
            Change(input, corpus);
        return input.Count <= MaxLength ? [.. input] : [.. input.Take(MaxLength)];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> corpus)
    {
        var at = Next(input.Count + 1);
        switch (Next(11))
        {
            case 0 when input.Count > 0:
                input[Next(input.Count)] ^= (byte)(1 << Next(8));
                break;
            case 1 when input.Count > 0:
                input[Next(input.Count)] = (byte)Next();
                break;
            case 2:
                input.Insert(at, (byte)Next());
                break;
            case 3:
                input.RemoveRange(at, Math.Min(input.Count - at, 1 + Next(1 << Next(10))));
                break;
            case 4:
                Insert(input, Next(input.Count + 1), input.GetRange(at, Math.Min(input.Count - at, 1 + Next(1 << Next(8)))));
                break;
            case 5:
                input.RemoveRange(at, input.Count - at);
                break;
            case 6:
                var other = corpus[Next(corpus.Count)];
                var from = Next(other.Length + 1);
                Insert(input, at, other.AsSpan(from, Math.Min(other.Length - from, 1 + Next(1 << Next(11)))).ToArray());
                break;
            case 7:
                Insert(input, at, Edge());
                break;
            case 8 when words.Count > 0:
                // Nesting: one word many times over.
                var word = words[Next(words.Count)];
                for (var times = 1 << Next(11); times > 0 && input.Count < MaxLength; times--)
                    Insert(input, at, word);
                break;
            default:
                if (words.Count > 0)
                    Insert(input, at, words[Next(words.Count)]);
                break;
        }
    }

    private static void Insert(List<byte> input, int at, IReadOnlyList<byte> bytes)
    {
        if (input.Count + bytes.Count <= MaxLength)
            input.InsertRange(at, bytes);
    }

    private byte[] Edge()
    {
        var number = Edges[Next(Edges.Length)];
        var bytes = new byte[8];
        switch (Next(3))
        {
            case 0:
                BinaryPrimitives.WriteInt64BigEndian(bytes, number);
                return bytes[(8 - (1 << Next(4)))..];
            case 1:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
                return bytes[..(1 << Next(4))];
            default:
                return System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
