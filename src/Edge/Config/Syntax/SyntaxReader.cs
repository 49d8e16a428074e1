using System.Collections.Immutable;

namespace Edge.Config.Syntax;

/// <summary>Reads what <see cref="SyntaxWriter"/> wrote; the form is described there. The bytes are the build's own and are trusted.</summary>
internal ref partial struct SyntaxReader
{
    private readonly SyntaxBlob _blob;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _lastStart;

    public SyntaxReader(SyntaxBlob blob, int offset, int start)
    {
        _blob = blob;
        _bytes = blob.Bytes;
        _at = offset;
        _lastStart = start;
    }

    public static ulong Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = bytes[at++];
        if (value < 0x80)
            return value;
        value &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    private int Number() => (int)Number(_bytes, ref _at);

    private long Signed()
    {
        var value = Number(_bytes, ref _at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private byte Byte() => _bytes[_at++];

    private bool Flag() => _bytes[_at++] != 0;

    private SourceSpan Span()
    {
        _lastStart += (int)Signed();
        return new SourceSpan(_lastStart, Number());
    }

    private SourceSpan InnerSpan(SourceSpan outer)
    {
        var start = outer.Start + Number();
        return new SourceSpan(start, Number());
    }

    private Identifier Identifier()
    {
        var span = Span();
        return new Identifier(span, _blob.Name(Number()));
    }

    private Identifier? OptionalIdentifier() => Flag() ? Identifier() : null;

    private QualifiedIdentifier QualifiedIdentifier()
    {
        var span = Span();
        var parts = new Identifier[Number()];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Identifier();
        return new QualifiedIdentifier(span, Own(parts));
    }

    private StringConstant StringConstant()
    {
        var span = Span();
        return new StringConstant(span, _blob.Text(Number()));
    }

    private Parameter Parameter()
    {
        var span = Span();
        var name = OptionalIdentifier();
        return new Parameter(span, name, OptionalType());
    }

    private ImmutableArray<Parameter> Parameters()
    {
        var count = Number();
        if (count == 0)
            return [];
        var parameters = new Parameter[count];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = Parameter();
        return Own(parameters);
    }

    private ImmutableArray<TypeParameter> TypeParameters()
    {
        var count = Number();
        if (count == 0)
            return [];
        var parameters = new TypeParameter[count];
        for (var i = 0; i < parameters.Length; i++)
        {
            var span = Span();
            var variance = (Variance)Byte();
            parameters[i] = new TypeParameter(span, variance, Identifier());
        }
        return Own(parameters);
    }

    // The array is not used by anyone else: no copy.
    private static ImmutableArray<T> Own<T>(T[] nodes) => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(nodes);
}
