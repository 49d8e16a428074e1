using Edge.Foundation.Addresses;

namespace Edge.Node.Networks;

/// <summary>Takes a datagram of a <see cref="NetworkSocket"/>.</summary>
/// <param name="socket">To answer by.</param>
/// <param name="local">Where it was sent to.</param>
/// <param name="remote">Where it came from.</param>
/// <param name="bytes">Only for the length of the call.</param>
internal delegate void DatagramTaker(NetworkSocket socket, Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes);
