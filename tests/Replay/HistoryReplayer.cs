using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Embedded.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Replay.Tests;

/// <summary>Runs today's flow classes against recorded histories: whether an upgrade can go on with what an older
/// version began.</summary>
internal static class HistoryReplayer
{
    /// <returns>The first place where the flow does something else, inputs and results included; null if there is
    /// none.</returns>
    public static Divergence? Replay(RecordedHistory history, TaskCatalog catalog)
    {
        try
        {
            new FlowExecution(
                catalog,
                history.FlowName,
                history.InstanceId,
                history.Generation,
                NullLoggerFactory.Instance,
                compareInputs: true,
                () => { }
            ).Run(history.Events, []);
            return null;
        }
        catch (NonDeterministicFlowException e)
        {
            return e.Divergence;
        }
    }
}
