using ZstdSharp;

namespace Edge.Protocols.Control.Frames;

/// <summary>
/// Unfolds the frames of the map stream (zstd, RFC 8878): each is compressed by itself. The output is bounded before it is made, and nothing but
/// the output is held: the window of a frame is the output itself. One thread at a time.
/// </summary>
/// <param name="limits">How much may come out.</param>
internal sealed class MapDecompressor(ControlLimits limits) : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private const int KeptBytes = 256 * 1024;

    private readonly Decompressor _zstd = new();
    private byte[] _output = [];

    /// <summary>Unfolds one frame.</summary>
    /// <param name="frame">As it stood in the stream. JSON that was not compressed is taken as it is: a server may not know zstd.</param>
    /// <param name="message">Good until the next call.</param>
    /// <param name="fault">What is wrong, for people; null when the result is true.</param>
    /// <returns>False: it is no zstd, or more than may be.</returns>
    public bool TryUnfold(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> message, out string? fault)
    {
        message = default;
        fault = null;
        if (!frame.IsEmpty && frame[0] == '{')
        {
            message = frame;
            return true;
        }
        var most = (int)Math.Min(limits.MostMessageBytes, limits.FreeMessageBytes + (long)limits.MostRatio * frame.Length);
        try
        {
            for (var size = FirstSize(frame.Length, most); ; size = (int)Math.Min(most, 4L * size))
            {
                Reserve(size);
                if (_zstd.TryUnwrap(frame, _output.AsSpan(0, size), out var written))
                {
                    message = _output.AsSpan(0, written);
                    return true;
                }
                if (size == most)
                {
                    fault = $"{frame.Length} bytes of zstd unfold to more than {most}";
                    return false;
                }
            }
        }
        catch (ZstdException e)
        {
            fault = $"no zstd: {e.Message}";
            return false;
        }
    }

    public void Dispose() => _zstd.Dispose();

    private static int FirstSize(int frame, int most) => (int)Math.Min(most, Math.Max(FirstBytes, 8L * frame));

    private void Reserve(int size)
    {
        if (_output.Length < size || (_output.Length > KeptBytes && size <= KeptBytes))
            _output = GC.AllocateUninitializedArray<byte>(size);
    }
}
