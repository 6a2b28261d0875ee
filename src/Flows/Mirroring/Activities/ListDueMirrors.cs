using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Mirroring.Activities;

/// <summary>Says which targets of the configuration have their turn.</summary>
internal sealed class ListDueMirrors(FlowEnvironment environment)
    : FlowActivity<MirrorInput, DueMirrors>,
        IPhasedActivity
{
    public static string Phase => Phases.Mirror;

    public override async Task<DueMirrors> RunAsync(
        MirrorInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var mirroring = new Mirroring(environment);
        List<int> due = [];
        foreach ((int number, MirrorTargetOptions target) in environment.Options.Mirror.Index())
        {
            if (await mirroring.IsDueAsync(target, cancellationToken))
            {
                due.Add(number);
            }
        }

        return new DueMirrors([.. due]);
    }
}
