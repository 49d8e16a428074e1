namespace Edge.Bench.Measurement;

/// <summary>What one round of a tunnel's measurement gave.</summary>
/// <param name="Forward">Mbit/s of one TCP stream from A to B.</param>
/// <param name="Reverse">From B to A.</param>
/// <param name="Four">Of four TCP streams.</param>
/// <param name="Udp">Mbit/s received of UDP as fast as it goes.</param>
/// <param name="SmallPackets">64-byte packets received a second.</param>
/// <param name="ProcessorPerGigabyte">Processor seconds of the whole machine for each gigabyte of the first stream.</param>
/// <param name="PingMicroseconds">Mean round trip of 400.</param>
/// <param name="ResidentMiB">Of one end's tunnel after it all; 0 without a tunnel.</param>
internal sealed record TunnelFigures(
    double Forward, double Reverse, double Four, double Udp, double SmallPackets, double ProcessorPerGigabyte, double PingMicroseconds, double ResidentMiB)
{
    public static TunnelFigures Median(List<TunnelFigures> rounds)
    {
        return new TunnelFigures(
            Of(static round => round.Forward), Of(static round => round.Reverse), Of(static round => round.Four), Of(static round => round.Udp),
            Of(static round => round.SmallPackets), Of(static round => round.ProcessorPerGigabyte), Of(static round => round.PingMicroseconds), Of(static round => round.ResidentMiB));

        double Of(Func<TunnelFigures, double> figure) => Quantiles.Median(rounds.Select(figure));
    }
}
