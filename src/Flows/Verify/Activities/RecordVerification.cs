using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>Stores beside each set what a verification came to. Where that fails it is said, and nothing else.</summary>
internal sealed class RecordVerification(FlowEnvironment environment)
    : FlowActivity<RecordVerificationInput, Nothing>,
        IPhasedActivity
{
    public static string Phase => Phases.Finish;

    public override async Task<Nothing> RunAsync(
        RecordVerificationInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        string? fault = await SetCheckRecording.TryAddAsync(
            environment,
            state => [.. Checks(input, state, now)],
            cancellationToken
        );
        if (fault is not null)
        {
            progress.Warn(fault);
        }

        return Nothing.Value;
    }

    private IEnumerable<SetCheck> Checks(RecordVerificationInput input, LogState state, DateTimeOffset now)
    {
        VerifyReport report = input.Result.Report;
        string? installation = environment.Options.Installation.Name;
        Finding[] errors = [.. report.Findings.Where(static f => f.Severity is FindingSeverity.Error)];
        string[] ofAll = [.. errors.Where(static f => f.Set is null).Select(static f => f.Line)];
        SetSummary[] sets =
        [
            .. state.Sets.Where(set =>
                set.Sequence <= input.Result.Head
                && (
                    input.Request.Set is { } id
                        ? set.Id == id
                        : installation is null || set.Installation == installation
                )
            ),
        ];
        RunId? newest = InstallationSets.FindNewest(sets)?.Id;
        foreach (SetSummary set in sets)
        {
            string[] own = [.. ofAll, .. errors.Where(f => f.Set == set.Id).Select(static f => f.Line)];
            long count = input.Request.Set is null ? own.Length : report.Errors;

            // Not every finding is named: of a set without one nobody can say that there is none.
            if (count > 0 || report.Errors == errors.Length)
            {
                yield return new SetCheck(
                    set.Id,
                    SetCheckKinds.Verify,
                    // Of several sets, the newest alone is held against the live installation.
                    input.Request.Live
                    && set.Id != newest
                        ? VerifyDepths.Structure
                        : input.Request.Depth,
                    input.Started,
                    now,
                    Passed: count == 0,
                    count,
                    [.. own],
                    SetCheckRecording.Tool
                );
            }
        }
    }
}
