using System.Diagnostics;
using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Processes;

/// <summary>
/// What native code allocates: the translation of methods, databases, compressors. The C library keeps what they have
/// freed for the next time, some 15 MiB while a run begins, unless it is asked.
/// </summary>
public static class NativeHeap
{
    private static readonly TimeSpan s_atMostEvery = TimeSpan.FromSeconds(1);

    private static long s_last = Stopwatch.GetTimestamp();

    /// <summary>
    /// Gives back to the system what is free, at most once a second: for where a piece of work is done. Nothing happens
    /// where the C library cannot do it.
    /// </summary>
    public static void Trim()
    {
        long last = Volatile.Read(ref s_last);
        if (
            OperatingSystem.IsLinux()
            && Stopwatch.GetElapsedTime(last) >= s_atMostEvery
            && Interlocked.CompareExchange(ref s_last, Stopwatch.GetTimestamp(), last) == last
        )
        {
            try
            {
                Libc.MallocTrim(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Another C library than glibc, such as musl.
            }
        }
    }
}
