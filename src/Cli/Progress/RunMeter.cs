using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>
/// Joins the flow's status (checkpoints, survives a restart) with the live counts of this process. Not thread-safe: one
/// display asks it, a few times a second.
/// </summary>
internal sealed class RunMeter(RunCounts counts, TimeProvider time)
{
    private readonly RateWindow _rate = new(time);

    /// <summary>
    /// What a phase had counted when another followed it: a phase that comes again, for the next root say, counts from
    /// there.
    /// </summary>
    private readonly Dictionary<string, (long Files, long Bytes)> _left = new(StringComparer.Ordinal);

    private string? _phase;

    /// <summary>What is added to the live counts: what only the status knows, from an earlier process.</summary>
    private (long Files, long Bytes) _before;

    public RunSnapshot Read(FlowStatus? status)
    {
        if (status is null)
        {
            return new RunSnapshot(
                Phase: "start",
                Detail: null,
                Files: 0,
                FilesTotal: 0,
                Bytes: 0,
                BytesTotal: 0,
                BytesPerSecond: 0,
                Remaining: null
            );
        }

        (long Files, long Bytes) live = counts.Of(status.Phase);
        if (status.Phase != _phase)
        {
            if (_phase is not null)
            {
                _left[_phase] = counts.Of(_phase);
            }

            _phase = status.Phase;
            (long Files, long Bytes) left = _left.GetValueOrDefault(_phase);
            _before = (-left.Files, -left.Bytes);
            _rate.Clear();
        }

        // What has a checkpoint mostly stands in the live counts as well: never their sum.
        _before = (
            Math.Max(_before.Files, status.FilesDone - live.Files),
            Math.Max(_before.Bytes, status.BytesDone - live.Bytes)
        );
        long files = _before.Files + live.Files;
        long bytes = _before.Bytes + live.Bytes;
        double rate = _rate.Read(live.Bytes);
        TimeSpan? remaining =
            rate >= 1 && status.BytesTotal > bytes ? TimeSpan.FromSeconds((status.BytesTotal - bytes) / rate) : null;
        return new RunSnapshot(
            Phase: status.Phase,
            Detail: status.Detail,
            Files: files,
            FilesTotal: status.FilesTotal,
            Bytes: bytes,
            BytesTotal: status.BytesTotal,
            BytesPerSecond: rate,
            Remaining: remaining
        );
    }
}
