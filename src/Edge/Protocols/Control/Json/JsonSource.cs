using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Json;

/// <summary>
/// One JSON message, read once from front to end into values. As Go reads it: unknown fields and case do not matter, null is the default,
/// a value of another kind fails the message, which here is a <see cref="JsonException"/> that the readers' entry points catch.
/// </summary>
/// <param name="json">All of the message; depth is bounded by the platform's 64.</param>
/// <param name="strings">Where strings that repeat come from.</param>
internal ref struct JsonSource(ReadOnlySpan<byte> json, StringPool strings)
{
    private const int MostNameBytes = 128;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly StringPool _strings = strings;
    private Utf8JsonReader _reader = new(json);

    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>Goes to the first value. To be called once.</summary>
    public void Begin() => Advance();

    /// <summary>Nothing may come behind the value that was read.</summary>
    public void End()
    {
        if (_reader.Read()) throw Fault("end");
    }

    /// <summary>Enters the object that is the present value. False: it is null.</summary>
    public readonly bool EnterObject() => Enter(JsonTokenType.StartObject, "object");

    /// <summary>Enters the array that is the present value. False: it is null.</summary>
    public readonly bool EnterArray() => Enter(JsonTokenType.StartArray, "array");

    /// <summary>Goes to the next field's value. False: the object is at its end.</summary>
    public bool NextField(FieldNames names, out int field)
    {
        Advance();
        field = -1;
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        if (!_reader.ValueIsEscaped)
        {
            field = names.Find(_reader.ValueSpan);
        }
        else if (_reader.ValueSpan.Length <= MostNameBytes)
        {
            Span<byte> name = stackalloc byte[MostNameBytes];
            field = names.Find(name[.._reader.CopyString(name)]);
        }
        Advance();
        return true;
    }

    /// <summary>The same of an object that is a map.</summary>
    public bool NextKey(out string key)
    {
        Advance();
        key = "";
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        key = Pooled();
        Advance();
        return true;
    }

    /// <summary>The same of a map whose keys are numbers.</summary>
    public bool NextKey(out long key)
    {
        Advance();
        key = 0;
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        if (!System.Buffers.Text.Utf8Parser.TryParse(_reader.ValueSpan, out key, out var used) || used != _reader.ValueSpan.Length) throw Fault("number as a name");
        Advance();
        return true;
    }

    /// <summary>Goes to the next item. False: the array is at its end.</summary>
    public bool NextItem()
    {
        Advance();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Leaves the present value out, whatever it is.</summary>
    public void Skip() => _reader.Skip();

    /// <summary>The text of the present value as it stands there.</summary>
    public string Raw()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return _strings.Get(_json[start..(int)_reader.BytesConsumed]);
    }

    /// <summary>A string of which there is hardly another; empty for null.</summary>
    public readonly string Text()
    {
        if (IsNull) return "";
        if (_reader.TokenType != JsonTokenType.String) throw Fault("string");
        return _reader.GetString()!;
    }

    /// <summary>A string of which there are many; empty for null.</summary>
    public readonly string Pooled()
    {
        if (IsNull) return "";
        if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) throw Fault("string");
        return _reader.ValueIsEscaped ? _reader.GetString()! : _strings.Get(_reader.ValueSpan);
    }

    public readonly bool Boolean() => NullableBoolean() ?? false;

    public readonly bool? NullableBoolean() => _reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Fault("boolean"),
    };

    public readonly long Int64()
    {
        if (IsNull) return 0;
        return _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value) ? value : throw Fault("integer");
    }

    public readonly int Int32()
    {
        var value = Int64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault("32-bit integer");
    }

    public readonly ushort UInt16()
    {
        var value = Int64();
        return value is >= 0 and <= ushort.MaxValue ? (ushort)value : throw Fault("16-bit integer");
    }

    public readonly double Double()
    {
        if (IsNull) return 0;
        return _reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var value) ? value : throw Fault("number");
    }

    /// <summary>Zero for null.</summary>
    public readonly UtcTime Time()
    {
        if (IsNull) return default;
        return _reader.TokenType == JsonTokenType.String && UtcTime.TryParse(_reader.ValueSpan, out var time) ? time : throw Fault("time");
    }

    /// <summary>Bytes in Base64. Null for null, which is not the same as none.</summary>
    public readonly byte[]? Bytes()
    {
        if (IsNull) return null;
        return _reader.TokenType == JsonTokenType.String && _reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw Fault("Base64");
    }

    /// <summary>A public key with its prefix; zero for null and for an empty string.</summary>
    public readonly KeyOf<TKind> Key<TKind>() where TKind : struct, IKeyKind
    {
        if (IsNull || (_reader.TokenType == JsonTokenType.String && _reader.ValueSpan.IsEmpty)) return default;
        Span<char> text = stackalloc char[16 + 2 * PublicKey.Size];
        if (_reader.TokenType == JsonTokenType.String && _reader.ValueSpan.Length <= text.Length
            && Ascii.ToUtf16(_reader.ValueSpan, text, out var length) == OperationStatus.Done && KeyOf<TKind>.TryParse(text[..length], out var key))
            return key;
        throw Fault($"key with {TKind.Prefix} and 64 hexadecimal digits");
    }

    public readonly IpAddress Address() =>
        _reader.TokenType == JsonTokenType.String && TryAddress(_reader.ValueSpan, out var address) ? address : throw Fault("IP address");

    /// <summary>`10.0.0.0/8`; the bits behind the length are cleared.</summary>
    public readonly IpPrefix Prefix()
    {
        var text = _reader.TokenType == JsonTokenType.String ? _reader.ValueSpan : default;
        var slash = text.LastIndexOf((byte)'/');
        if (slash < 0 || !TryAddress(text[..slash], out var address) || !TryDecimal(text[(slash + 1)..], address.BitCount, out var length)) throw Fault("IP prefix");
        return new(address, length);
    }

    /// <summary>`192.0.2.1:41641`, `[2001:db8::1]:41641`. A zone is left out: interfaces of another host mean nothing here.</summary>
    public readonly Endpoint Endpoint()
    {
        var text = _reader.TokenType == JsonTokenType.String ? _reader.ValueSpan : default;
        var colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !TryDecimal(text[(colon + 1)..], ushort.MaxValue, out var port)) throw Fault("IP address and port");
        var host = text[..colon];
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']')
        {
            host = host[1..^1];
            var zone = host.IndexOf((byte)'%');
            host = zone < 0 ? host : host[..zone];
        }
        return TryAddress(host, out var address) ? new(address, (ushort)port) : throw Fault("IP address and port");
    }

    public readonly JsonException Fault(string expected) =>
        new($"byte {_reader.TokenStartIndex}: {expected} expected, found {_reader.TokenType}");

    private static bool TryAddress(ReadOnlySpan<byte> text, out IpAddress address)
    {
        address = default;
        if (text.IndexOf((byte)':') >= 0)
        {
            if (!IPAddress.TryParse(text, out var parsed)) return false;
            address = IpAddress.Of(parsed);
            return true;
        }
        var bits = 0u;
        for (var part = 0; part < 4; part++)
        {
            var dot = part < 3 ? text.IndexOf((byte)'.') : text.Length;
            // Go's netip takes no leading zeros, which some read as octal.
            if (dot < 1 || (dot > 1 && text[0] == '0') || !TryDecimal(text[..dot], byte.MaxValue, out var value)) return false;
            bits = (bits << 8) | (uint)value;
            text = part < 3 ? text[(dot + 1)..] : default;
        }
        address = IpAddress.V4(bits);
        return true;
    }

    private static bool TryDecimal(ReadOnlySpan<byte> digits, int most, out int value)
    {
        value = 0;
        if (digits.Length is < 1 or > 5) return false;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + digit - '0';
        }
        return value <= most;
    }

    private void Advance()
    {
        if (!_reader.Read()) throw Fault("value");
    }

    private readonly bool Enter(JsonTokenType start, string expected)
    {
        if (IsNull) return false;
        return _reader.TokenType == start ? true : throw Fault(expected);
    }
}
