using System.Globalization;

namespace Edge.Generators.Wire;

/// <summary>Expressions that read and write one integer of 1, 2, 3, 4, 8 or 16 bytes, and the bit fields in it.</summary>
internal static class WordText
{
    public static string Read(FieldModel field, bool bigEndian, string bytes) => field.Width switch
    {
        1 => $"{bytes}[{field.Offset}]",
        3 => $"UInt24.Read{Order(bigEndian)}({From(bytes, field.Offset)})",
        _ => $"BinaryPrimitives.ReadUInt{field.Width * 8}{Order(bigEndian)}({From(bytes, field.Offset)})",
    };

    public static string Write(FieldModel field, bool bigEndian, string bytes, string value) => field.Width switch
    {
        1 => $"{bytes}[{field.Offset}] = {value};",
        3 => $"UInt24.Write{Order(bigEndian)}({From(bytes, field.Offset)}, {value});",
        _ => $"BinaryPrimitives.WriteUInt{field.Width * 8}{Order(bigEndian)}({From(bytes, field.Offset)}, {value});",
    };

    /// <summary>The field's value, of its own type.</summary>
    public static string Get(FieldModel field, bool bigEndian, string bytes)
    {
        var word = Read(field, bigEndian, bytes);
        if (field.Kind == FieldKind.Bits)
        {
            var shifted = field.Shift == 0 ? word : $"({word} >> {field.Shift})";
            return field.IsBool ? $"({shifted} & 1) != 0" : $"({field.Type})({shifted} & {Mask(field)})";
        }
        return field.IsBool ? $"{word} != 0" : field.IsEnum ? $"({field.Type}){word}" : word;
    }

    /// <summary>A value of the field's type as the integer that is written for a field that is no bit field.</summary>
    public static string Whole(FieldModel field, string value) =>
        field.IsBool ? $"{value} ? (byte)1 : (byte)0" : field.IsEnum ? $"({Carrier(field)}){value}" : value;

    /// <summary>A value of the field's type in its place in the word.</summary>
    public static string InPlace(FieldModel field, string value)
    {
        var wide = field.Width == 8 ? "ulong" : "uint";
        var bits = field.IsBool ? $"({value} ? ({wide})1 : 0)" : $"(({wide}){value} & {Mask(field)})";
        return field.Shift == 0 ? bits : $"{bits} << {field.Shift}";
    }

    public static string Mask(FieldModel field) => Hex(BitMask(field.BitCount)) + Suffix(field);

    /// <summary>All bits of the word but the field's.</summary>
    public static string OtherBits(FieldModel field) =>
        Hex(BitMask(field.Width * 8) & ~(BitMask(field.BitCount) << field.Shift)) + Suffix(field);

    /// <summary>The largest value that the field holds.</summary>
    public static ulong Most(FieldModel field) => BitMask(field.Kind == FieldKind.Bits ? field.BitCount : field.Width * 8);

    public static string Hex(ulong value) => "0x" + value.ToString("X", CultureInfo.InvariantCulture);

    /// <summary>The integer type that holds the field's word.</summary>
    public static string Carrier(FieldModel field) => field.Width switch
    {
        1 => "byte",
        2 => "ushort",
        3 or 4 => "uint",
        8 => "ulong",
        _ => "UInt128",
    };

    private static ulong BitMask(int bits) => bits >= 64 ? ulong.MaxValue : (1UL << bits) - 1;

    private static string Suffix(FieldModel field) => field.Width == 8 ? "UL" : "u";

    private static string From(string bytes, int offset) => offset == 0 ? bytes : $"{bytes}[{offset}..]";

    private static string Order(bool bigEndian) => bigEndian ? "BigEndian" : "LittleEndian";
}
