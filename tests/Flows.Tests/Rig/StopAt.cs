using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>
/// Asks the engine to stop when a phase first reports progress, and lets the activity go on only when it has been told:
/// a small one would be done before.
/// </summary>
internal sealed class StopAt(string phase, CancellationTokenSource stop) : IProgressSink
{
    public void Advance(string reported, long files, long bytes)
    {
        if (reported == phase)
        {
            stop.Cancel();
            ActivityScope.Current.CancellationToken.WaitHandle.WaitOne();
        }
    }

    public void Warn(string message) { }
}
