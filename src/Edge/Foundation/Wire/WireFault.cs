namespace Edge.Foundation.Wire;

/// <summary>What generated writers throw when their caller is wrong: outside bytes never come this way.</summary>
internal static class WireFault
{
    /// <summary>Throws <see cref="ArgumentException"/> when <paramref name="destination"/> has fewer than <paramref name="size"/> bytes.</summary>
    public static void IfShorter(ReadOnlySpan<byte> destination, int size, string message)
    {
        if (destination.Length < size)
            throw new ArgumentException($"{message} needs {size} bytes, the destination has {destination.Length}.", nameof(destination));
    }

    /// <summary>Copies a fixed array; throws <see cref="ArgumentException"/> when its length is not the field's.</summary>
    public static void Copy(ReadOnlySpan<byte> value, Span<byte> field, string name)
    {
        if (value.Length != field.Length)
            throw new ArgumentException($"The field has {field.Length} bytes, {value.Length} were given.", name);
        value.CopyTo(field);
    }

    /// <summary>
    /// The value of a length field for <paramref name="bytes"/>; throws <see cref="ArgumentException"/> when they are no whole units
    /// or more than <paramref name="max"/> units.
    /// </summary>
    public static uint Length(int bytes, int unit, uint max, string name)
    {
        if (bytes % unit != 0)
            throw new ArgumentException($"{bytes} bytes are not whole units of {unit}.", name);
        var units = (uint)(bytes / unit);
        if (units > max)
            throw new ArgumentException($"The length field ends at {max}, {units} are needed.", name);
        return units;
    }
}
