using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Edge.Foundation.Wire;

/// <summary>Builds the text of one message, <c>Name { Field=value, ... }</c>, for traces and failing tests; not for the hot path.</summary>
internal readonly struct WireDump(string message)
{
    private const int MostBytes = 64;

    private readonly StringBuilder _text = new StringBuilder(message).Append(" {");

    public void Number(string name, ulong value) => Field(name).Append(CultureInfo.InvariantCulture, $"{value}");

    public void Number(string name, UInt128 value) => Field(name).Append("0x").Append(value.ToString("x32", CultureInfo.InvariantCulture));

    public void Flag(string name, bool value) => Field(name).Append(value ? "true" : "false");

    /// <summary>An enum by number and name; the name is dropped from a binary without enum metadata.</summary>
    public void Named(string name, ulong value, string text)
    {
        var number = value.ToString(CultureInfo.InvariantCulture);
        Field(name).Append(number);
        if (text != number)
            _text.Append('(').Append(text).Append(')');
    }

    public void Address(string name, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Field(name).Append(new IPAddress(bytes));
    }

    public void Address(string name, UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        Field(name).Append(new IPAddress(bytes));
    }

    public void Bytes(string name, ReadOnlySpan<byte> value)
    {
        Field(name).Append(Convert.ToHexStringLower(value[..Math.Min(value.Length, MostBytes)]));
        if (value.Length > MostBytes)
            _text.Append(CultureInfo.InvariantCulture, $"...({value.Length} bytes)");
    }

    public void Nested(string name, string text) => Field(name).Append(text);

    public void Absent(string name) => Field(name).Append("absent");

    public void Secret(string name, int length) => Field(name).Append(CultureInfo.InvariantCulture, $"redacted({length} bytes)");

    public override string ToString() => _text.ToString() + " }";

    private StringBuilder Field(string name)
    {
        if (_text[^1] != '{')
            _text.Append(',');
        return _text.Append(' ').Append(name).Append('=');
    }
}
