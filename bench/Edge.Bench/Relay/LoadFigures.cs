namespace Edge.Bench.Relay;

/// <summary>What a relay did under load.</summary>
/// <param name="Megabits">Forwarded a second.</param>
/// <param name="PacketsPerSecond">Forwarded.</param>
/// <param name="P99">From one client's call to the other's, of 99 in 100 packets.</param>
/// <param name="SecondsPerGigabyte">Processor time.</param>
/// <param name="Busy">The share of its processor that the relay took.</param>
/// <param name="LoadBusy">The same of the load: at 1 it is the load that was measured.</param>
/// <param name="ResidentBytes">At the end.</param>
internal sealed record LoadFigures(double Megabits, double PacketsPerSecond, TimeSpan P99, double SecondsPerGigabyte, double Busy, double LoadBusy, double ResidentBytes);
