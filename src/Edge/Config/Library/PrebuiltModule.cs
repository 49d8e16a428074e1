using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Config.Syntax;

namespace Edge.Config.Library;

/// <summary>
/// A module that comes with Edge, parsed at build time: its text and tree lie in the executable and are read in place. Safe for use by
/// several threads; all evaluations share the tree.
/// </summary>
/// <param name="uri">What imports it, such as <c>pkl:base</c>.</param>
/// <param name="text">Its source, for excerpts: constant data of the executable, which never moves.</param>
/// <param name="syntax">What <see cref="SyntaxWriter"/> made of it: constant data likewise.</param>
internal sealed class PrebuiltModule(string uri, ReadOnlySpan<byte> text, ReadOnlySpan<byte> syntax)
{
    private readonly ReadOnlyMemory<byte> _syntaxBytes = new StaticData(syntax).Memory;
    private ModuleSyntax? _syntax;

    public SourceText Source { get; } = new(uri, uri, new StaticData(text).Memory);

    /// <summary>Read when it is first asked for.</summary>
    public ModuleSyntax Syntax
    {
        get
        {
            if (_syntax is null)
                Interlocked.CompareExchange(ref _syntax, new SyntaxBlob(_syntaxBytes).Read(), null);
            return _syntax;
        }
    }

    private sealed unsafe class StaticData(ReadOnlySpan<byte> bytes) : MemoryManager<byte>
    {
        private readonly byte* _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        private readonly int _length = bytes.Length;

        public override Span<byte> GetSpan() => new(_start, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
