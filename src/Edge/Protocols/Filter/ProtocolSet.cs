using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>Some of the 256 protocols.</summary>
internal readonly record struct ProtocolSet(UInt128 Low, UInt128 High)
{
    public bool Has(IpProtocol protocol) => (byte)protocol < 128 ? (Low >> (byte)protocol & 1) != 0 : (High >> ((byte)protocol - 128) & 1) != 0;

    public ProtocolSet With(IpProtocol protocol) => (byte)protocol < 128
        ? this with { Low = Low | UInt128.One << (byte)protocol }
        : this with { High = High | UInt128.One << ((byte)protocol - 128) };

    public ProtocolSet With(ProtocolSet other) => new(Low | other.Low, High | other.High);
}
