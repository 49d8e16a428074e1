namespace Edge.Fuzz;

/// <summary>One parser of bytes that come from outside. To add one: derive, and list it in <see cref="FuzzTargets"/>.</summary>
internal abstract class FuzzTarget
{
    /// <summary>What names it on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Valid and nearly valid inputs, from which others are made.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Words of the language, which chance would not find.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>What one run may allocate, in bytes; more is a blow-up.</summary>
    public virtual long AllocationLimit(int inputLength) => 2_000_000 + (400L * inputLength);

    /// <summary>
    /// Parses the input. Refusing it is no failure: the target catches the parser's own exception. Whatever else it throws is a finding.
    /// </summary>
    /// <returns>A number for what happened; inputs with a new one are kept to make others from.</returns>
    public abstract int Run(byte[] input);

    /// <summary>Throws the finding that a parser broke its promise.</summary>
    protected internal static void Check(bool condition, string promise)
    {
        if (!condition) throw new BrokenPromiseException(promise);
    }
}

/// <summary>A parser that returned what it must not.</summary>
internal sealed class BrokenPromiseException(string promise) : Exception(promise);
