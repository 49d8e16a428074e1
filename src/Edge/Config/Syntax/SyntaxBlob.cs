using System.Collections.Immutable;

namespace Edge.Config.Syntax;

/// <summary>
/// A tree that <see cref="SyntaxWriter"/> wrote: its bytes and its strings, which are made when a node asks for them.
/// Safe for use by several threads.
/// </summary>
internal sealed class SyntaxBlob
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _body;
    private readonly StringTable _names;
    private readonly StringTable _texts;

    /// <exception cref="InvalidDataException">The bytes are of another version.</exception>
    public SyntaxBlob(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        var at = 0;
        if (bytes.Span[at++] != SyntaxWriter.Version)
            throw new InvalidDataException($"Syntax of version {bytes.Span[0]}, not {SyntaxWriter.Version}: the generator and the executable do not match.");
        _names = new StringTable(bytes.Span, ref at);
        _texts = new StringTable(bytes.Span, ref at);
        _body = at;
    }

    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>The module; classes' members are read when they are asked for.</summary>
    public ModuleSyntax Read() => new SyntaxReader(this, _body, 0).Module();

    public ImmutableArray<ModuleMember> ReadMembers(int offset, int start) => new SyntaxReader(this, offset, start).Members();

    public string Name(int index) => _names.Strings[index] ??= Names.Intern(_names.BytesOf(index, Bytes, out _));

    public string Text(int index) => _texts.Strings[index] ??= Decode(_texts.BytesOf(index, Bytes, out var isUtf16), isUtf16);

    private static string Decode(ReadOnlySpan<byte> bytes, bool isUtf16)
    {
        if (!isUtf16)
            return Utf8.Decode(bytes);
        var text = new char[bytes.Length / 2];
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)(bytes[2 * i] | (bytes[(2 * i) + 1] << 8));
        return new string(text);
    }

    private readonly struct StringTable
    {
        public readonly string?[] Strings;

        // Offset of each string's bytes, doubled, plus one if they are UTF-16; then the end.
        private readonly int[] _offsets;

        public StringTable(ReadOnlySpan<byte> bytes, ref int at)
        {
            var count = (int)SyntaxReader.Number(bytes, ref at);
            Strings = new string?[count];
            _offsets = new int[count + 1];
            for (var i = 0; i < count; i++)
                _offsets[i] = (int)SyntaxReader.Number(bytes, ref at);
            for (var i = 0; i < count; i++)
            {
                var length = _offsets[i];
                _offsets[i] = (at << 1) | (length & 1);
                at += length >> 1;
            }
            _offsets[count] = at << 1;
        }

        public ReadOnlySpan<byte> BytesOf(int index, ReadOnlySpan<byte> bytes, out bool isUtf16)
        {
            isUtf16 = (_offsets[index] & 1) != 0;
            var start = _offsets[index] >> 1;
            return bytes.Slice(start, (_offsets[index + 1] >> 1) - start);
        }
    }
}
