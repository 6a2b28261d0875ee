using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>
/// The restore of a set into an empty directory and an empty database: files, then the database, then the check that
/// every file which the restored database requires is there. Only then the target loses its marker.
/// </summary>
public sealed class RestoreFlow : TaskOrchestrator<RestoreInput, RestoreResult>
{
    public override async Task<RestoreResult> RunAsync(TaskOrchestrationContext context, RestoreInput input)
    {
        using var cancel = new CancelSignal(
            context,
            $"The restore was cancelled. What is restored so far stays in '{input.Target}', marked as unfinished: "
                + "the same restore goes on there."
        );
        context.ShowStatus(new FlowStatus(Phases.Prepare));
        RestorePlan plan = await cancel.UnlessCancelledAsync(
            context.CallActivityAsync<RestorePlan>(nameof(PrepareRestore), input, Retries.Check.Until(cancel.Ended))
        );
        try
        {
            return await RestoreAsync(context, input, plan, cancel);
        }
        catch (TaskFailedException e) when (FlowFailure.From(e).Kind is ErrorKind.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"set {input.Set}: {FlowFailure.From(e).Message} What is restored so far stays in '{input.Target}', "
                    + "marked as unfinished: once the blob is back the same command goes on. Or restore another set into "
                    + "another directory."
            );
        }
    }

    private static async Task<RestoreResult> RestoreAsync(
        TaskOrchestrationContext context,
        RestoreInput input,
        RestorePlan plan,
        CancelSignal cancel
    )
    {
        RestoredTotals totals = RestoredTotals.None;
        long lost = 0;
        List<string> namedLost = [];
        foreach (int number in plan.Selected ?? [.. Enumerable.Range(0, plan.Roots)])
        {
            RestoredDirectories root = await RestoreRootAsync(context, input, plan, number, totals, cancel);
            totals += root.Totals;
            lost += root.Lost;
            namedLost.AddRange(root.NamedLost);
        }

        var warnings = plan.Warnings.ToBuilder();
        if (input.Database is not null)
        {
            SetStatus(context, plan, Phases.Database, input.Database.Url, totals);
            RestoredDatabase database = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<RestoredDatabase>(
                    nameof(RestoreDatabase),
                    input,
                    Retries.Once.Until(cancel.Ended)
                )
            );
            warnings.AddRange(database.Warnings);
        }

        SetStatus(context, plan, Phases.Check, null, totals);
        RestoreCheck check = await cancel.UnlessCancelledAsync(
            context.CallActivityAsync<RestoreCheck>(
                nameof(CheckRestored),
                new CheckRestoredInput(input, plan.KnownMissing + totals.Differing),
                Retries.Storage.Until(cancel.Ended)
            )
        );
        if (check.Missing > plan.KnownMissing + totals.Differing)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"Of {check.Required} files that the database requires, {check.Missing} are absent from the restored "
                    + $"ones or of another size, and the set said {plan.KnownMissing}: {string.Join(", ", check.Named)}. "
                    + $"'{input.Target}' is not fit for use; run the restore again, or take another set."
            );
        }

        warnings.AddRange(check.Warnings);

        // From here on a cancel comes too late: the target is whole, and about to lose its marker.
        SetStatus(context, plan, Phases.Finish, null, totals);
        UnsetAttributes unset =
            totals.Unset
            + await context.CallActivityAsync<UnsetAttributes>(
                nameof(FinishRestore),
                input,
                Retries.Check.Until(cancel.Ended)
            );
        return new RestoreResult
        {
            Set = plan.Set,
            Files = totals.Files,
            Bytes = totals.Bytes,
            DatabaseRestored = input.Database is not null,
            Required = check.Required,
            Missing = input.Selection is null ? plan.KnownMissing : check.Missing,
            NamedMissing = check.Named,
            CarriedOver = plan.CarriedOver,
            Unproven = plan.Unproven,
            Lost = lost,
            NamedLost = WarningLines.First(namedLost),
            LeftOut = plan.LeftOut is null ? null : plan.LeftOut with { Required = check.LeftOut },
            Repaired = input.Repair
                ? new RepairedFiles(
                    totals.Same,
                    totals.Files - totals.Same - totals.Replaced,
                    totals.Replaced,
                    totals.Differing,
                    check.NamedDiffering
                )
                : null,
            Unset = unset,
            Warnings = WarningLines.Fit(warnings),
        };
    }

    /// <summary>
    /// Files side by side; then the directories, whose times and modes the files would have changed again, and the names
    /// of the files that are lost.
    /// </summary>
    private static async Task<RestoredDirectories> RestoreRootAsync(
        TaskOrchestrationContext context,
        RestoreInput input,
        RestorePlan plan,
        int number,
        RestoredTotals before,
        CancelSignal cancel
    )
    {
        RestoreRoot root = await cancel.UnlessCancelledAsync(
            context.CallActivityAsync<RestoreRoot>(
                nameof(PlanRestoreRoot),
                new PlanRestoreRootInput(input.Set, number, input.Parallelism),
                Retries.Storage.Until(cancel.Ended)
            )
        );
        SetStatus(context, plan, Phases.Files, root.Name, before);
        var work = new RestoreRangeInput(input.Target, root.Name, root.Listing, root.Class, PathRange.All, input.Owner)
        {
            Strict = input.Strict,
            Selection = input.Selection,
            Repair = input.Repair,
            Overwrite = input.Overwrite,
        };
        RestoredTotals totals = RestoredTotals.None;
        RestoreRangeFlowInput[] ranges =
        [
            .. RangeCuts
                .ToRanges(root.Cuts)
                .Select(range => new RestoreRangeFlowInput(work with { Paths = range }, RestoredTotals.None)),
        ];
        await FanOut.RunAsync<RestoreRangeFlowInput, RestoredTotals>(
            context,
            cancel,
            nameof(RestoreRangeFlow),
            ranges,
            input.Parallelism,
            done =>
            {
                totals += done;
                SetStatus(context, plan, Phases.Files, root.Name, before + totals);
            }
        );

        SetStatus(context, plan, Phases.Directories, root.Name, before + totals);
        RestoredDirectories done = await cancel.UnlessCancelledAsync(
            context.CallActivityAsync<RestoredDirectories>(
                nameof(RestoreDirectories),
                new RestoreDirectoriesInput(work, root.Required, root.Files, HasLosses: totals.Losses > 0),
                Retries.Storage.Until(cancel.Ended)
            )
        );
        return done with { Totals = totals + done.Totals };
    }

    private static void SetStatus(
        TaskOrchestrationContext context,
        RestorePlan plan,
        string phase,
        string? detail,
        RestoredTotals done
    ) =>
        context.ShowStatus(
            new FlowStatus(phase, detail)
            {
                FilesDone = done.Files,
                FilesTotal = plan.Files,
                BytesDone = done.Bytes,
                BytesTotal = plan.Bytes,
            }
        );
}
