using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>
/// Joins the flow's status (checkpoints, survives a restart) with the live counts of this process. Not thread-safe: one
/// display asks it, about once a second.
/// </summary>
internal sealed class RunMeter(RunCounts counts, TimeProvider time)
{
    /// <summary>How much a new reading of the rate counts against the older ones.</summary>
    private const double Smoothing = 0.2;

    /// <summary>
    /// What a phase had counted when another followed it: a phase that comes again, for the next root say, counts from
    /// there.
    /// </summary>
    private readonly Dictionary<string, (long Files, long Bytes)> _left = new(StringComparer.Ordinal);

    private string? _phase;
    private (long Files, long Bytes) _before;
    private long _lastBytes;
    private long _lastTime;
    private double _rate;

    public RunSnapshot Read(FlowStatus? status)
    {
        if (status is null)
        {
            return new RunSnapshot("start", null, 0, 0, 0, 0, 0, null);
        }

        (long Files, long Bytes) live = counts.Of(status.Phase);
        if (status.Phase != _phase)
        {
            // What an earlier process did counts, what this one did before the first look is in the status or in the
            // live counts.
            if (_phase is not null)
            {
                _left[_phase] = counts.Of(_phase);
            }

            _phase = status.Phase;
            (long Files, long Bytes) left = _left.GetValueOrDefault(_phase);
            _before = (status.FilesDone - left.Files, status.BytesDone - left.Bytes);
            (_lastBytes, _lastTime, _rate) = (live.Bytes, time.GetTimestamp(), 0);
        }

        MeasureRate(live.Bytes);
        long files = Math.Max(status.FilesDone, _before.Files + live.Files);
        long bytes = Math.Max(status.BytesDone, _before.Bytes + live.Bytes);
        TimeSpan? remaining =
            _rate >= 1 && status.BytesTotal > bytes ? TimeSpan.FromSeconds((status.BytesTotal - bytes) / _rate) : null;
        return new RunSnapshot(
            status.Phase,
            status.Detail,
            files,
            status.FilesTotal,
            bytes,
            status.BytesTotal,
            _rate,
            remaining
        );
    }

    private void MeasureRate(long bytes)
    {
        double seconds = time.GetElapsedTime(_lastTime).TotalSeconds;
        if (seconds < 0.2)
        {
            return;
        }

        double now = (bytes - _lastBytes) / seconds;
        _rate = _rate == 0 ? now : (_rate * (1 - Smoothing)) + (now * Smoothing);
        (_lastBytes, _lastTime) = (bytes, time.GetTimestamp());
    }
}
