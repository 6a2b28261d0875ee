using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Opens the repository as a stranger would, by its config and its keys, and reads the log: how far it goes, and what
/// is odd about it.
/// </summary>
internal sealed class PlanVerify(FlowEnvironment environment) : FlowActivity<VerifyInput, VerifyPlan>, IPhasedActivity
{
    public static string Phase => Phases.Structure;

    public override async Task<VerifyPlan> RunAsync(
        VerifyInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            (BackupRepository repository, LogHead head) = await environment.Repository.OpenAnewAsync(cancellationToken);
            try
            {
                Check(input, repository);
            }
            catch
            {
                await repository.DisposeAsync();
                throw;
            }

            await environment.Shared(e => new VerifySession(e)).OfferAsync(repository, head);
            return new VerifyPlan(head.Sequence, VerifyReport.OfLog(head))
            {
                Sample = input.Sample is { } sample
                    ? await new SampleMemory(environment, sample.Turn).RecallAsync(cancellationToken)
                    : null,
            };
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return new VerifyPlan(VerifyPlan.Nothing, VerifyReport.OfFault(e));
        }
    }

    private void Check(VerifyInput input, BackupRepository repository)
    {
        if (input.ReadsPacks)
        {
            repository.RequireContentKeys("The bytes of sets cannot be read");
        }

        if (input.Live)
        {
            // What is wrong in the settings, or a volume that is not mounted, is said before the sets are read.
            Installation.Discover(environment.Options.Installation).CheckRoots(acceptEmpty: false);
        }
    }
}
