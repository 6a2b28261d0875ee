using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Does something, once, while the first activity of a phase that reports progress is running; the activity
/// waits for it.</summary>
internal sealed class PhaseHook(Action<string> atPhase) : IProgressSink
{
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    /// <summary>Phases that reported.</summary>
    public ICollection<string> Phases => _seen.Keys;

    public void Advance(string phase, long files, long bytes)
    {
        if (_seen.TryAdd(phase, true))
        {
            atPhase(phase);
        }
    }

    public void Warn(string message) { }
}
