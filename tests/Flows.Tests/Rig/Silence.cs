using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Nobody watches the progress.</summary>
internal sealed class Silence : IProgressSink
{
    public void Advance(string phase, long files, long bytes) { }

    public void Warn(string message) { }
}
