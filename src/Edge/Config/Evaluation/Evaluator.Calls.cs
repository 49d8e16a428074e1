using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// The call stack of the program, kept so that an error can name every frame and so that depth is bounded. Whoever makes a call
// records where (At) and then enters; there is no finally: whoever catches an error goes back to the depth that it had.
internal sealed partial class Evaluator
{
    private Activation[] _calls = new Activation[64];
    private int _depth;
    private long _steps;

    /// <summary>One running member, method or function.</summary>
    private struct Activation
    {
        public ModuleInstance Module;
        public SyntaxNode Definition;

        /// <summary>Where the next call was made: in the definition, or in a type that it names.</summary>
        public SourceSpan Site;

        /// <summary>The text of <see cref="Site"/>; null while the evaluator computes on its own account: errors do not show such a frame.</summary>
        public SourceText? SiteSource;
    }

    /// <summary>How many calls are running; a catcher gives it to <see cref="Unwind"/>.</summary>
    internal int CallDepth => _depth;

    internal void Unwind(int depth) => _depth = depth;

    /// <summary>Records where the running code is, for the error that a call from here may throw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void At(ModuleInstance module, SourceSpan site)
    {
        if (_depth == 0) return;
        ref var call = ref _calls[_depth - 1];
        call.Site = site;
        call.SiteSource = module.Source;
    }

    /// <summary>What is computed next is computed on nobody's behalf: to compare, hash or enumerate.</summary>
    internal void AtNoPlace()
    {
        if (_depth > 0) _calls[_depth - 1].SiteSource = null;
    }

    internal void Enter(ModuleInstance module, SyntaxNode definition)
    {
        if (_depth >= Limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fail("A stack overflow occurred.");
        if (++_steps > Limits.Steps)
            throw Fail($"The configuration takes more than {Limits.Steps} evaluation steps.", "Does it loop? The limit is `Steps`.");
        if (_depth == _calls.Length) Array.Resize(ref _calls, _depth * 2);
        ref var call = ref _calls[_depth++];
        call.Module = module;
        call.Definition = definition;
        call.Site = definition.Span;
        call.SiteSource = module.Source;
    }

    internal void Leave() => _depth--;

    /// <summary>An error at a place in the running code.</summary>
    internal EvaluationException FailAt(ModuleInstance module, SourceSpan site, string headline, string? hint = null)
    {
        At(module, site);
        return Fail(headline, hint);
    }

    /// <summary>As <see cref="FailAt(ModuleInstance, SourceSpan, string, string?)"/>, with a <c>Value: ...</c> line.</summary>
    internal EvaluationException FailAt(ModuleInstance module, SourceSpan site, string headline, Value shown, string? hint = null)
    {
        At(module, site);
        return Fail(headline, shown, hint);
    }

    internal ImmutableArray<StackFrame> CaptureFrames()
    {
        var frames = ImmutableArray.CreateBuilder<StackFrame>(_depth);
        for (var i = _depth - 1; i >= 0; i--)
        {
            ref var call = ref _calls[i];
            if (call.SiteSource is null) continue;
            frames.Add(new StackFrame(call.SiteSource, call.Site, call.Module.NameOf(call.Definition)));
        }
        return frames.DrainToImmutable();
    }
}
