using System.Diagnostics;
using System.Text;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Replay.Tests;

namespace AlfrescoBackupFlows.Scaling;

internal static class HistoryReport
{
    private const int Replays = 20;

    /// <summary>Events, bytes of payload, and how long one replay takes: the median of several, after one that warms
    /// up.</summary>
    public static void Print(string what, RecordedHistory? history, TaskCatalog catalog)
    {
        if (history is null)
        {
            return;
        }

        int bytes = history.Events.Sum(e => Encoding.UTF8.GetByteCount(e.Payload ?? string.Empty));
        if (HistoryReplayer.Replay(history, catalog) is { } divergence)
        {
            throw new InvalidOperationException($"{what} does not replay: {divergence}");
        }

        double[] times = new double[Replays];
        for (int i = 0; i < Replays; i++)
        {
            long started = Stopwatch.GetTimestamp();
            HistoryReplayer.Replay(history, catalog);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(
            $"{what}: {history.Events.Count:N0} events, {bytes / 1024.0:F0} KiB of payload, replay {times[Replays / 2]:F1} ms"
        );
    }
}
