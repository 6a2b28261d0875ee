using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Retention.Activities;

/// <summary>Forgets by the rules of the configuration, and says whether a prune is due. Idempotent by the log.</summary>
internal sealed class ForgetSets(FlowEnvironment environment)
    : FlowActivity<RetentionInput, ForgottenSets>,
        IPhasedActivity
{
    public static string Phase => Phases.Prune;

    public override async Task<ForgottenSets> RunAsync(
        RetentionInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        KeepRules rules = KeepRules.Of(environment.Options.Retention);
        RunId[] forgotten = [];
        if (!rules.IsEmpty)
        {
            ForgetResult result = await new Forgetting(environment).RunAsync(
                new ForgetRequest(rules, []),
                cancellationToken
            );
            forgotten = [.. result.Forgotten];
        }

        if (forgotten.Length > 0)
        {
            Logs.SetsForgotten(
                environment.Loggers.CreateLogger(nameof(ForgetSets)),
                string.Join(", ", forgotten.Select(set => set.ToString()))
            );
        }

        return new ForgottenSets([.. forgotten], await new Pruning(environment).IsDueAsync(cancellationToken));
    }
}
