namespace Edge.Protocols.Netstack;

/// <summary>Whom a packet is for where the system has the stack's addresses too.</summary>
[Flags]
internal enum PacketTakers
{
    None = 0,
    Stack = 1,
    System = 2,
    Both = Stack | System,
}
