using Edge.Config.Evaluation;

namespace Edge.Fuzz.Pkl;

/// <summary>The file in which an input is evaluated, in a folder of its own: the evaluator reads files, and no input may reach beyond the folder.</summary>
internal static class ScratchModule
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("edge-fuzz-").FullName;

    static ScratchModule() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Folder, recursive: true);

    /// <summary>Far below the product's own, so that an endless program costs a run milliseconds.</summary>
    public static EvaluationLimits Limits { get; } = new() { Depth = 500, Steps = 20_000, TotalSize = 256 << 10 };

    /// <summary>What one evaluation within <see cref="Limits"/> may allocate, in bytes: an object of the program has a cache and a layout.</summary>
    public const long AllocationLimit = 256_000_000;

    /// <returns>The file's path; the next call overwrites it.</returns>
    public static string Write(byte[] input)
    {
        // One file a thread: the tests run several targets at once.
        var path = Path.Combine(Folder, $"input-{Environment.CurrentManagedThreadId}.pkl");
        File.WriteAllBytes(path, input);
        return path;
    }
}
