namespace Edge.Orb.Proxy.Http1;

/// <summary>
/// Takes the chunks of a body apart (RFC 9112, section 7.1), from pieces that end anywhere. Extensions are dropped; trailers are kept.
/// </summary>
internal struct ChunkDecoder
{
    /// <summary>Bytes of one chunk's extensions, or of all trailers: far more than anyone writes.</summary>
    private const int MostExtra = 16 * 1024;

    private State _state;
    private long _length;
    private int _digits;
    private int _extra;
    private List<byte>? _trailers;

    private enum State
    {
        /// <summary>In a chunk's length.</summary>
        Length,

        /// <summary>Behind the length, in blanks: an extension or the line's end may come.</summary>
        Blanks,

        /// <summary>In extensions, before the line's end.</summary>
        Extensions,

        /// <summary>The line feed that ends the length's line has to come.</summary>
        LengthEnd,

        /// <summary>In a chunk.</summary>
        Data,

        /// <summary>Behind a chunk's data: the end of a line has to come.</summary>
        DataEnd,

        /// <summary>As that, and its carriage return has come.</summary>
        DataFeed,

        /// <summary>Behind the last chunk.</summary>
        Trailers,

        Done,
    }

    /// <summary>Whether the body has ended.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>What came behind the last chunk; null: nothing.</summary>
    public HeaderFields? Trailers { get; private set; }

    /// <summary>Goes on.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="start">Where in it data begins.</param>
    /// <param name="length">How much data there is, in bytes; 0: all was read, or the body is over.</param>
    /// <param name="consumed">How much was read, the data included.</param>
    /// <returns>Whether these are chunks.</returns>
    public bool TryDecode(ReadOnlySpan<byte> bytes, out int start, out int length, out int consumed)
    {
        (start, length, consumed) = (0, 0, 0);
        while (consumed < bytes.Length && _state != State.Done)
        {
            if (_state == State.Data)
            {
                start = consumed;
                length = (int)Math.Min(_length, bytes.Length - consumed);
                consumed += length;
                _length -= length;
                if (_length == 0) _state = State.DataEnd;
                return true;
            }
            if (_state == State.Trailers ? !TakeTrailer(bytes[consumed]) : !Take(bytes[consumed])) return false;
            consumed++;
        }
        return true;
    }

    private bool Take(byte next)
    {
        switch (_state)
        {
            case State.Length when Digit(next) is >= 0 and var digit:
                // 15 digits of 4 bits: no chunk is longer, and nothing overflows.
                if (++_digits > 15) return false;
                _length = (_length << 4) | (uint)digit;
                return true;
            case State.Length when _digits == 0:
                return false;
            case State.Length or State.Blanks or State.Extensions when next == '\n':
                return Begin();
            case State.Length or State.Blanks or State.Extensions when next == '\r':
                _state = State.LengthEnd;
                return true;
            case State.Length or State.Blanks when next == ';':
                _state = State.Extensions;
                return true;
            case State.Length or State.Blanks when next is (byte)' ' or (byte)'\t':
                _state = State.Blanks;
                return ++_extra <= MostExtra;
            case State.Extensions:
                return ++_extra <= MostExtra;
            case State.LengthEnd when next == '\n':
                return Begin();
            case State.DataEnd when next == '\r':
                _state = State.DataFeed;
                return true;
            case State.DataEnd or State.DataFeed when next == '\n':
                (_state, _length, _digits, _extra) = (State.Length, 0, 0, 0);
                return true;
            default:
                return false;
        }
    }

    private bool Begin()
    {
        _state = _length > 0 ? State.Data : State.Trailers;
        return true;
    }

    private bool TakeTrailer(byte next)
    {
        var trailers = _trailers ??= [];
        trailers.Add(next);
        if (next != '\n') return trailers.Count <= MostExtra;
        var count = trailers.Count;
        var isEmpty = count == 1 || (count == 2 && trailers[0] == '\r')
            || trailers[count - 2] == '\n' || (count > 2 && trailers[count - 2] == '\r' && trailers[count - 3] == '\n');
        if (!isEmpty) return true;
        if (count > 2)
        {
            var fields = new HeaderFields();
            if (!ResponseHead.TryReadFields(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(trailers), fields)) return false;
            Trailers = fields;
        }
        _state = State.Done;
        _trailers = null;
        return true;
    }

    private static int Digit(byte next) => next switch
    {
        >= (byte)'0' and <= (byte)'9' => next - '0',
        >= (byte)'a' and <= (byte)'f' => next - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => next - 'A' + 10,
        _ => -1,
    };
}
