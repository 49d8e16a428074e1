namespace Edge.Bench.Measurement;

/// <summary>A program, its arguments and its whole environment.</summary>
internal sealed record Command(string Name, string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment);
