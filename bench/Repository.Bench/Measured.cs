using System.Diagnostics;

namespace AlfrescoBackupFlows.Repository.Bench;

/// <summary>Wall and CPU seconds of one piece of work.</summary>
internal sealed record Measured(double Seconds, double CpuSeconds)
{
    public static async Task<Measured> RunAsync(Func<Task> work)
    {
        GC.Collect();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await work();
        return new Measured(
            Stopwatch.GetElapsedTime(start).TotalSeconds,
            (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds
        );
    }
}
