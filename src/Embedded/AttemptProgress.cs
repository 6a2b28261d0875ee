using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>
/// The live progress of one attempt of an activity. What an attempt that came to nothing has counted is taken back,
/// because the next one counts it again.
/// </summary>
internal sealed class AttemptProgress(IProgressSink all) : IProgressSink
{
    private readonly ConcurrentDictionary<string, (long Files, long Bytes)> _counted = new(StringComparer.Ordinal);

    public void Advance(string phase, long files, long bytes)
    {
        _counted.AddOrUpdate(phase, (files, bytes), (_, c) => (c.Files + files, c.Bytes + bytes));
        all.Advance(phase, files, bytes);
    }

    public void Warn(string message) => all.Warn(message);

    public void TakeBack()
    {
        foreach ((string phase, (long files, long bytes)) in _counted)
        {
            all.Advance(phase, -files, -bytes);
        }
    }
}
