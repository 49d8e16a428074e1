using System.Globalization;

namespace Edge.Fuzz;

internal static class Program
{
    private const string Usage = """
        Usage: Edge.Fuzz TARGET [--seconds N] [--runs N] [--seed N] [--out FOLDER]
               Edge.Fuzz TARGET --replay FILE
               Edge.Fuzz TARGET --replay-last FILE     the file that a run left which died or hung

        Runs a parser on inputs made from valid ones, until the first finding or the bound (60 seconds where none is given).
        Exit code: 0 nothing found, 1 a finding (its input is saved in FOLDER, artifacts/fuzz by default), 2 usage.

        Targets:
        """;

    public static int Main(string[] args)
    {
        if (args.Length == 0 || FuzzTargets.Find(args[0]) is not { } target)
            return ShowUsage();

        var seed = (ulong)Environment.TickCount64;
        var runs = long.MaxValue;
        var seconds = 0L;
        var folder = Path.Combine(Checkout.Root, "artifacts", "fuzz");
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
                return ShowUsage();
            var value = args[i + 1];
            switch (args[i])
            {
                case "--replay":
                    target.Run(File.ReadAllBytes(value));
                    return 0;
                case "--replay-last":
                    target.Run(LastInput.Read(value));
                    return 0;
                case "--out":
                    folder = value;
                    break;
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                case "--runs" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out runs):
                case "--seconds" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seconds):
                    break;
                default:
                    return ShowUsage();
            }
        }
        if (seconds == 0)
            seconds = runs == long.MaxValue ? 60 : int.MaxValue;
        return Run(target, seed, runs, TimeSpan.FromSeconds(seconds), folder);
    }

    private static int Run(FuzzTarget target, ulong seed, long runs, TimeSpan time, string folder)
    {
        Directory.CreateDirectory(folder);
        Console.WriteLine($"{target.Name}: seed {seed}, {target.Seeds.Count} inputs to start from");
        using var last = new LastInput(Path.Combine(folder, $"{target.Name}.last"));
        var result = new FuzzRun(target, seed) { Starting = last.Write }.Run(runs, time);
        Console.WriteLine(
            $"{result.Runs} runs, {result.CorpusSize} inputs kept, slowest {result.Slowest.TotalMilliseconds:F1} ms, most allocated {result.MostAllocated / 1024} KiB");
        if (result.Finding is not { } finding)
            return 0;

        var path = Path.Combine(folder, $"{target.Name}-{seed}.bin");
        File.WriteAllBytes(path, finding.Input);
        Console.Error.WriteLine($"FOUND {finding.What}\n{finding.Exception?.StackTrace}\n{finding.Input.Length} bytes saved in {path}");
        return 1;
    }

    private static int ShowUsage()
    {
        Console.Error.WriteLine(Usage);
        foreach (var known in FuzzTargets.All)
            Console.Error.WriteLine("  " + known.Name);
        return 2;
    }
}
