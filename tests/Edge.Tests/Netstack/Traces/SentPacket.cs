using Edge.Foundation.Time;

namespace Edge.Tests.Netstack.Traces;

/// <param name="At">When it left the sender.</param>
/// <param name="Segment">Which one of the stream.</param>
/// <param name="Copy">0: it is sent for the first time.</param>
/// <param name="IsLost">The script took it.</param>
internal readonly record struct SentPacket(Timestamp At, int Segment, int Copy, bool IsLost);
