using System.Collections.Immutable;
using System.Text;

namespace Edge.Config.Syntax;

/// <summary>
/// A module's tree as bytes, for <see cref="SyntaxReader"/>: what the build makes of the modules that every start needs, so that none
/// of them is lexed at start.
/// </summary>
/// <remarks>
/// <code>
/// module := version:1 names texts body
/// names, texts := count length{count} bytes    a text's length is doubled, plus one if its bytes are UTF-16 (it has a lone surrogate)
/// node := tag:1 span field*                    without a tag where the grammar allows one kind only
/// span := start length                         start counts from the node before, in preorder
/// list := count node*                          one more than the count where "none written" differs from empty
/// members of a class := byteCount node*        so that a class can be passed over
/// </code>
/// All numbers are variable-length, low seven bits first; those that can be negative are zigzag-coded.
/// </remarks>
internal sealed partial class SyntaxWriter
{
    public const byte Version = 1;

    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private byte[] _bytes = new byte[4096];
    private int _length;
    private int _lastStart;

    private SyntaxWriter()
    {
    }

    public static byte[] Write(ModuleSyntax module)
    {
        var body = new SyntaxWriter();
        body.Module(module);
        var all = new SyntaxWriter();
        all.Byte(Version);
        all.Table(body._names, static name => (Encoding.UTF8.GetBytes(name), false));
        all.Table(body._texts, Encode);
        all.Bytes(body._bytes, body._length);
        Array.Resize(ref all._bytes, all._length);
        return all._bytes;
    }

    private static (byte[] Bytes, bool IsUtf16) Encode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return (Utf16(text), true);
            i++;
        }
        return (Encoding.UTF8.GetBytes(text), false);
    }

    // Encoding.Unicode would replace what is no character, which is all that this is for.
    private static byte[] Utf16(string text)
    {
        var bytes = new byte[text.Length * 2];
        for (var i = 0; i < text.Length; i++)
        {
            bytes[2 * i] = (byte)text[i];
            bytes[(2 * i) + 1] = (byte)(text[i] >> 8);
        }
        return bytes;
    }

    private void Table(Dictionary<string, int> strings, Func<string, (byte[] Bytes, bool IsUtf16)> encode)
    {
        var encoded = strings.OrderBy(s => s.Value).Select(s => encode(s.Key)).ToList();
        Number(encoded.Count);
        foreach (var (bytes, isUtf16) in encoded)
            Number((bytes.Length * 2) + (isUtf16 ? 1 : 0));
        foreach (var (bytes, _) in encoded)
            Bytes(bytes, bytes.Length);
    }

    private void Reserve(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }

    private void Bytes(byte[] bytes, int count)
    {
        Reserve(count);
        Array.Copy(bytes, 0, _bytes, _length, count);
        _length += count;
    }

    private void Byte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    private void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    private void Number(long value)
    {
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            Byte((byte)(rest | 0x80));
        Byte((byte)rest);
    }

    private void Signed(long value) => Number((value << 1) ^ (value >> 63));

    private void Tag(SyntaxTag tag, SyntaxNode node)
    {
        Byte((byte)tag);
        Span(node.Span);
    }

    private void Span(SourceSpan span)
    {
        Signed(span.Start - _lastStart);
        Number(span.Length);
        _lastStart = span.Start;
    }

    // A span inside of the node's own.
    private void InnerSpan(SourceSpan span, SyntaxNode node)
    {
        Number(span.Start - node.Span.Start);
        Number(span.Length);
    }

    private void Name(string name) => Number(IndexOf(_names, name));

    private void Text(string text) => Number(IndexOf(_texts, text));

    private static int IndexOf(Dictionary<string, int> strings, string text)
    {
        if (!strings.TryGetValue(text, out var index))
            strings.Add(text, index = strings.Count);
        return index;
    }

    private void List<T>(ImmutableArray<T> nodes, Action<T> write)
    {
        Number(nodes.Length);
        foreach (var node in nodes)
            write(node);
    }

    private void Optional<T>(T? node, Action<T> write)
        where T : SyntaxNode
    {
        Flag(node is not null);
        if (node is not null)
            write(node);
    }

    private void Identifier(Identifier identifier)
    {
        Span(identifier.Span);
        Name(identifier.Text);
    }

    private void QualifiedIdentifier(QualifiedIdentifier name)
    {
        Span(name.Span);
        List(name.Parts, Identifier);
    }

    private void StringConstant(StringConstant constant)
    {
        Span(constant.Span);
        Text(constant.Value);
    }

    private void Parameter(Parameter parameter)
    {
        Span(parameter.Span);
        Optional(parameter.Name, Identifier);
        Type(parameter.Type);
    }

    private void TypeParameter(TypeParameter parameter)
    {
        Span(parameter.Span);
        Byte((byte)parameter.Variance);
        Identifier(parameter.Name);
    }
}
