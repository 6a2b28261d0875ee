using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>Keeps the custom status: phase, counts, rate and expected end, all from the context's clock.</summary>
internal sealed class BackupProgress(TaskOrchestrationContext context)
{
    private string _phase = Phases.Open;
    private string? _detail;
    private DateTimeOffset _started = context.Now();
    private long _files;
    private long _bytes;
    private long _filesTotal;
    private long _bytesTotal;

    public void Begin(string phase, string? detail = null, long filesTotal = 0, long bytesTotal = 0)
    {
        (_phase, _detail, _started) = (phase, detail, context.Now());
        (_files, _bytes, _filesTotal, _bytesTotal) = (0, 0, filesTotal, bytesTotal);
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
        double seconds = (context.Now() - _started).TotalSeconds;
        double rate = seconds > 0 ? _bytes / seconds : 0;
        DateTimeOffset? end =
            rate > 0 && _bytesTotal > _bytes
                ? context.Now() + TimeSpan.FromSeconds((_bytesTotal - _bytes) / rate)
                : null;
        context.SetCustomStatus(
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
}
