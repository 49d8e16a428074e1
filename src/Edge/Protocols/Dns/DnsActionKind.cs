namespace Edge.Protocols.Dns;

internal enum DnsActionKind : byte
{
    /// <summary>Send the message in a datagram from a port that only this exchange uses.</summary>
    SendDatagram,

    /// <summary>Connect, send the message behind its length (RFC 1035 section 4.2.2), read one answer.</summary>
    SendStream,

    /// <summary>Post the message (RFC 8484 section 4.1).</summary>
    Post,

    /// <summary>The exchange's answer is not needed any more.</summary>
    Cancel,

    /// <summary>The message is the answer to the client.</summary>
    Answer,
}
