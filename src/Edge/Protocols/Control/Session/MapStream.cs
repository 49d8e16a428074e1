using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control.Frames;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Session;

/// <summary>The map stream from bytes to netmaps: frames, zstd, JSON, and what they add up to.</summary>
/// <param name="limits">What is taken.</param>
internal sealed class MapStream(ControlLimits limits) : IDisposable
{
    private readonly ControlJsonReader _reader = new();
    private readonly NetmapState _state = new();
    private readonly MapDecompressor _decompressor = new(limits);
    private MapFrameReader _frames = new(limits);

    /// <summary>The last snapshot; null: none yet.</summary>
    public NetworkMap? Map => _state.Current;

    /// <summary>The present stream has told a netmap.</summary>
    public bool IsFresh { get; private set; }

    public void Restore(NetworkMap cached) => _state.Restore(cached);

    /// <summary>Another stream begins. What is half arrived of the old one is forgotten.</summary>
    public void Begin()
    {
        IsFresh = false;
        _frames = new(limits);
        _state.BeginStream();
    }

    public void Append(ReadOnlySpan<byte> received) => _frames.Append(received);

    /// <summary>Gives the next message.</summary>
    /// <param name="message">Null: the stream is of no more use.</param>
    /// <param name="fault">Why; null beside a message.</param>
    /// <returns>False: it has not arrived.</returns>
    public bool TryRead(out MapResponse? message, out string? fault)
    {
        (message, fault) = (null, null);
        switch (_frames.TryRead(out var frame))
        {
            case MapFrameVerdict.NeedMore:
                return false;
            case MapFrameVerdict.TooLong:
                fault = $"a message of more than {limits.MostFrameBytes} bytes";
                return true;
            default:
                if (_decompressor.TryUnfold(frame.Span, out var json, out fault))
                    _reader.TryReadMap(json, out message, out fault);
                return true;
        }
    }

    /// <summary>Takes a message that is more than a sign of life.</summary>
    /// <returns>False: it is the stream's first, and does not say who this node is.</returns>
    public bool Apply(MapResponse message, UtcTime utc)
    {
        if (!IsFresh && message.Self is null) return false;
        _state.Apply(message, utc);
        return IsFresh = true;
    }

    public void Dispose() => _decompressor.Dispose();
}
