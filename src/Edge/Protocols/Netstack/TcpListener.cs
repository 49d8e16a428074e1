using Edge.Foundation.Addresses;

namespace Edge.Protocols.Netstack;

/// <summary>LISTEN of RFC 9293. See <see cref="IpStack.Listen"/>.</summary>
/// <param name="address">Ours; null: any.</param>
/// <param name="port">0: any.</param>
/// <param name="asks">The stack's user decides about each SYN before it is answered.</param>
internal sealed class TcpListener(IpAddress? address, ushort port, bool asks)
{
    public IpAddress? Address => address;

    public ushort Port => port;

    public bool Asks => asks;

    /// <summary>Whatever its user wants to find again at an event.</summary>
    public object? Owner { get; set; }
}
