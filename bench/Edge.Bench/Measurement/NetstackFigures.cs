namespace Edge.Bench.Measurement;

/// <summary>What one round of the netstack's measurement gave.</summary>
/// <param name="ToKernel">Mbit/s of a download into the kernel's TCP.</param>
/// <param name="ToStack">The same into another netstack.</param>
/// <param name="AllocatedPerMillion">Bytes that the receiving network's thread allocated for a million packets.</param>
/// <param name="Requests">A second, through the tunnel.</param>
/// <param name="P99">Of them, in milliseconds.</param>
/// <param name="BareRequests">A second, over the cable without a tunnel.</param>
/// <param name="BareP99">Of them, in milliseconds.</param>
/// <param name="ResidentMiB">Of the server after the downloads.</param>
/// <param name="IdleResident">Bytes that the server grew by for each connection that then stayed idle.</param>
internal sealed record NetstackFigures(
    double ToKernel, double ToStack, double AllocatedPerMillion, double Requests, double P99, double BareRequests, double BareP99, double ResidentMiB, double IdleResident);
