namespace Edge.Protocols.Netstack;

internal enum CongestionAlgorithm : byte
{
    /// <summary>RFC 9438.</summary>
    Cubic,

    /// <summary>RFC 5681, with RFC 6582's care for partial acknowledgements in the recovery.</summary>
    NewReno,
}
