using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Keeps the custom status: phase, counts, rate and expected end, all from the context's clock. The rate is that of the
/// last minutes: over a whole phase, an hour of unchanged files would count for ever.
/// </summary>
internal sealed class BackupProgress(TaskOrchestrationContext context)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>An end beyond this is not told.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>The oldest is the last one that is not younger than the window.</summary>
    private readonly Queue<(DateTimeOffset Time, long Bytes)> _readings = new();

    private string _phase = Phases.Open;
    private string? _detail;
    private long _files;
    private long _bytes;
    private long _filesTotal;
    private long _bytesTotal;

    public void Begin(string phase, string? detail = null, long filesTotal = 0, long bytesTotal = 0)
    {
        (_phase, _detail) = (phase, detail);
        (_files, _bytes, _filesTotal, _bytesTotal) = (0, 0, filesTotal, bytesTotal);
        _readings.Clear();
        Publish();
    }

    public void Detail(string? detail)
    {
        _detail = detail;
        Publish();
    }

    public void Advance(FileTotals totals)
    {
        _files += totals.Files;
        _bytes += totals.Bytes;
        Publish();
    }

    private void Publish()
    {
        DateTimeOffset now = context.Now();
        double rate = RateAt(now);
        double seconds = rate > 0 && _bytesTotal > _bytes ? (_bytesTotal - _bytes) / rate : 0;

        // One row of the database may claim a size that no time suffices for.
        DateTimeOffset? end =
            seconds > 0 && seconds < Longest.TotalSeconds ? now + TimeSpan.FromSeconds(seconds) : null;
        context.ShowStatus(
            new FlowStatus(_phase, _detail)
            {
                FilesDone = _files,
                FilesTotal = _filesTotal,
                BytesDone = _bytes,
                BytesTotal = _bytesTotal,
                BytesPerSecond = Math.Round(rate),
                EstimatedEnd = end,
            }
        );
    }

    private double RateAt(DateTimeOffset now)
    {
        _readings.Enqueue((now, _bytes));
        while (_readings.Count > 2 && now - _readings.ElementAt(1).Time >= Window)
        {
            _readings.Dequeue();
        }

        (DateTimeOffset since, long bytes) = _readings.Peek();
        double seconds = (now - since).TotalSeconds;
        return seconds > 0 ? (_bytes - bytes) / seconds : 0;
    }
}
