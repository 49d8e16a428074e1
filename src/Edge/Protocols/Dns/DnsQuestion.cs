namespace Edge.Protocols.Dns;

/// <summary>What a message asks.</summary>
/// <param name="name">As labels, in the case in which it was written.</param>
/// <param name="type">Of the records.</param>
/// <param name="recordClass">1 is the Internet.</param>
internal readonly ref struct DnsQuestion(ReadOnlySpan<byte> name, DnsType type, ushort recordClass)
{
    public const ushort Internet = 1;

    public ReadOnlySpan<byte> Name { get; } = name;

    public DnsType Type { get; } = type;

    public ushort Class { get; } = recordClass;

    /// <summary>Bytes that it takes in a message.</summary>
    public int Size => Name.Length + 4;

    /// <summary>The same names, whatever their case, type and class.</summary>
    public bool Is(in DnsQuestion other) => Type == other.Type && Class == other.Class && DnsName.AreSame(Name, other.Name);
}
