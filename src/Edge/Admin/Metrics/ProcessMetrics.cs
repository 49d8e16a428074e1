using System.Globalization;
using System.Runtime.InteropServices;

namespace Edge.Admin.Metrics;

/// <summary>The process, under the names that Prometheus's own clients use, and its runtime.</summary>
internal static class ProcessMetrics
{
    /// <param name="text">Where to.</param>
    /// <param name="build">What this binary is.</param>
    /// <param name="started">When the server was made.</param>
    public static void Write(PrometheusText text, BuildIdentity build, DateTimeOffset started)
    {
        text.Begin("edge_build_info", InstrumentKind.Gauge, "What this binary is.");
        text.Line("edge_build_info", [new("version", build.Version), new("commit", build.Commit), new("runtime", RuntimeInformation.FrameworkDescription)], null, 1);
        One("process_start_time_seconds", InstrumentKind.Gauge, "When the server was started, in seconds since 1970.", started.ToUnixTimeMilliseconds() / 1000d);
        One("process_resident_memory_bytes", InstrumentKind.Gauge, "Memory that the process holds.", Environment.WorkingSet);
        var cpu = OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() ? default : Environment.CpuUsage;
        One("process_cpu_seconds_total", InstrumentKind.Counter, "Processor time, of the program and of the system for it.", cpu.TotalTime.TotalSeconds);
        if (ThreadCount() is { } threads)
            One("process_threads", InstrumentKind.Gauge, "Threads of the process.", threads);
        if (DescriptorCount() is { } descriptors)
            One("process_open_fds", InstrumentKind.Gauge, "Open files and sockets.", descriptors);

        One("dotnet_threadpool_threads", InstrumentKind.Gauge, "Threads of the pool that requests run on.", ThreadPool.ThreadCount);
        One("dotnet_threadpool_queue_length", InstrumentKind.Gauge, "Work that waits for one of them.", ThreadPool.PendingWorkItemCount);
        text.Begin("dotnet_gc_collections_total", InstrumentKind.Counter, "Garbage collections, by the oldest generation that they took.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            var collections = GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0);
            text.Line("dotnet_gc_collections_total", [new("generation", generation)], null, collections);
        }
        One("dotnet_gc_pause_seconds_total", InstrumentKind.Counter, "How long they stopped the program.", GC.GetTotalPauseDuration().TotalSeconds);
        One("dotnet_gc_allocated_bytes_total", InstrumentKind.Counter, "Memory that was allocated.", GC.GetTotalAllocatedBytes());
        One("dotnet_gc_heap_bytes", InstrumentKind.Gauge, "The garbage-collected heap.", GC.GetTotalMemory(forceFullCollection: false));

        void One(string name, InstrumentKind kind, string help, double value)
        {
            text.Begin(name, kind, help);
            text.Line(name, value);
        }
    }

    /// <returns>Null where /proc is not there.</returns>
    private static int? ThreadCount()
    {
        try
        {
            // proc(5), stat: the second field is the program's name in parentheses; the number of threads is the twentieth.
            var stat = File.ReadAllText("/proc/self/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[17], NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? DescriptorCount()
    {
        try
        {
            // One of them is the folder that is being read.
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
