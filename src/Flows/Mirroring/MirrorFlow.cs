using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Mirroring;

/// <summary>
/// Copies to the targets of the configuration whose turn it is. Runs after a set was committed and before sets are
/// forgotten: what a target's log names is then still in the source. One target that fails stops no other.
/// </summary>
public sealed class MirrorFlow : TaskOrchestrator<MirrorInput, MirrorResult>
{
    /// <summary>The next backup must not wait for it; what is left then, the next mirror does.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    public override async Task<MirrorResult> RunAsync(TaskOrchestrationContext context, MirrorInput input)
    {
        DueMirrors due = await context.CallActivityAsync<DueMirrors>(
            nameof(ListDueMirrors),
            input,
            Retries.Storage.Until(CancellationToken.None)
        );
        DateTime started = context.CurrentUtcDateTime;
        var result = new MirrorResult(0, 0, []);
        foreach (int target in due.Targets)
        {
            bool isDone = false;
            try
            {
                while (!isDone && context.CurrentUtcDateTime - started < Longest)
                {
                    MirroredPart part = await context.CallActivityAsync<MirroredPart>(
                        nameof(MirrorBlobs),
                        new MirrorStep(target),
                        Retries.Storage.Until(CancellationToken.None)
                    );
                    result = result with
                    {
                        CopiedBlobs = result.CopiedBlobs + part.CopiedBlobs,
                        CopiedBytes = result.CopiedBytes + part.CopiedBytes,
                    };
                    isDone = part.IsDone;
                }

                result = isDone ? result : WithFault(result, target, "its time was up; the next one goes on");
            }
            catch (TaskFailedException e)
            {
                result = WithFault(result, target, FlowFailure.From(e).Message);
            }
        }

        return result;
    }

    private static MirrorResult WithFault(MirrorResult result, int target, string why) =>
        result with
        {
            Faults = result.Faults.Add($"mirror.{target}: {why}"),
        };
}
