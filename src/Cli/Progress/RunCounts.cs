using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>
/// Counts what the activities of this process report, between the checkpoints that the flow's own status shows.
/// </summary>
internal sealed class RunCounts(Action<string> warn) : IProgressSink
{
    private readonly ConcurrentDictionary<string, (long Files, long Bytes)> _phases = new(StringComparer.Ordinal);

    public (long Files, long Bytes) Of(string phase) => _phases.GetValueOrDefault(phase);

    public void Advance(string phase, long files, long bytes) =>
        _phases.AddOrUpdate(phase, (files, bytes), (_, c) => (c.Files + files, c.Bytes + bytes));

    public void Warn(string message) => warn(message);
}
