using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Scheduling;

/// <summary>The checks that hosts make by themselves.</summary>
public static class CheckSchedules
{
    /// <summary>By <c>verify.every</c>, in <c>verify.depth</c>, of all sets.</summary>
    public static CheckSchedule<VerifyInput> OfVerifications(FlowEnvironment environment) =>
        new(
            environment,
            SetCheckKinds.Verify,
            static options => (options.Verify.Every, options.Verify.Depth),
            _ =>
                Task.FromResult<VerifyInput?>(
                    new VerifyChoice(
                        environment.Options.Verify.Depth,
                        ReadData: false,
                        Percent: null,
                        Budget: null
                    ).ToInput(set: null, "all")
                )
        );

    /// <summary>By <c>drill.every</c>, of the newest consistent set.</summary>
    public static CheckSchedule<DrillInput> OfDrills(FlowEnvironment environment) =>
        new(
            environment,
            SetCheckKinds.Drill,
            static options => (options.Drill.Every, null),
            async token =>
                (await new InstallationSets(environment).FindConsistentAsync(token)).Set is { } set
                    ? new DrillChoice().Complete(set.Id, environment.Options)
                    : null
        );
}
