using System.Net;

namespace Edge.Lab.Control;

/// <summary>Where the connections inside of channels arrive.</summary>
internal sealed class NoiseEndPoint : EndPoint;
