using System.Numerics;

namespace Edge.Protocols.Netstack;

/// <summary>
/// Arrays that a connection takes while much is on the way and gives back when nothing is, which is many times a second where the reader is
/// fast: kept here, so that it costs no memory each time. One stack's thread uses it.
/// </summary>
internal sealed class SpareArrays<T>
{
    private const int MostSpares = 4;
    private const int Sizes = 32;

    private readonly T[]?[] _spares = new T[Sizes * MostSpares][];

    /// <summary>An array of default values.</summary>
    /// <param name="length">A power of two.</param>
    public T[] Rent(int length)
    {
        foreach (ref var spare in SparesOf(length))
        {
            if (spare is not { } array)
                continue;
            spare = null;
            return array;
        }
        return new T[length];
    }

    /// <summary>Gives an array back; it is cleared.</summary>
    public void Return(T[] array)
    {
        foreach (ref var spare in SparesOf(array.Length))
        {
            if (spare is not null)
                continue;
            array.AsSpan().Clear();
            spare = array;
            return;
        }
    }

    /// <summary>Leaves the spare ones to the collector.</summary>
    public void Trim() => _spares.AsSpan().Clear();

    private Span<T[]?> SparesOf(int length) => _spares.AsSpan(BitOperations.Log2((uint)length) * MostSpares, MostSpares);
}
