using System.Text;

namespace Edge.Protocols.Control.Json;

/// <summary>
/// The fields of one JSON object, found by name without making a string of it. Case does not count, as in Go's encoding/json, on which servers
/// rely (`omitDefaultRegions`).
/// </summary>
internal sealed class FieldNames
{
    private readonly byte[][] _names;
    private readonly short[] _slots;

    private FieldNames(string[] names)
    {
        _names = new byte[names.Length][];
        var size = 4;
        while (size < names.Length * 4)
            size *= 2;
        _slots = new short[size];
        Array.Fill(_slots, (short)-1);
        for (var i = 0; i < names.Length; i++)
        {
            _names[i] = Encoding.ASCII.GetBytes(names[i]);
            var slot = Hash(_names[i]) & (size - 1);
            while (_slots[slot] >= 0)
                slot = (slot + 1) & (size - 1);
            _slots[slot] = (short)i;
        }
    }

    /// <summary>The members of <typeparamref name="TField"/>, which count from 0, are the names.</summary>
    public static FieldNames Of<TField>() where TField : struct, Enum => new(Enum.GetNames<TField>());

    /// <summary>The member's number; -1: no such field.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return -1;
        for (var slot = Hash(name) & (_slots.Length - 1); _slots[slot] >= 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (Ascii.EqualsIgnoreCase(name, _names[_slots[slot]])) return _slots[slot];
        }
        return -1;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        // Bit 5 is what upper and lower case differ in.
        var hash = name.Length * 31 + (name[0] | 0x20);
        hash = hash * 31 + (name[name.Length / 2] | 0x20);
        hash = hash * 31 + (name[^1] | 0x20);
        return hash ^ (hash >> 7);
    }
}
