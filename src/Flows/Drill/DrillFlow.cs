using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.SetChecks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Drill;

/// <summary>
/// The rehearsal of a restore: the database, then the files, each by the restore's own flow, so that the failure of one
/// half does not hide what the other lacks; then the checks over both. What was made is removed, however it ends.
/// </summary>
public sealed class DrillFlow : TaskOrchestrator<DrillInput, DrillResult>
{
    public override async Task<DrillResult> RunAsync(TaskOrchestrationContext context, DrillInput input)
    {
        using var cancel = new CancelSignal(
            context,
            $"The drill of set {input.Set} was cancelled. It says nothing about the set.",
            waits: true
        );
        DateTime started = context.CurrentUtcDateTime;
        var work = new DrillWork(context.NewGuid().ToString("n", CultureInfo.InvariantCulture), input);
        var made = new CleanUpDrillInput(work, HasMade: false, DatabaseRestored: false);
        try
        {
            context.ShowStatus(new FlowStatus(Phases.Prepare));
            DrillPlan plan = await context.CallActivityAsync<DrillPlan>(
                nameof(PrepareDrill),
                work,
                Retries.Check.Until(CancellationToken.None)
            );
            made = made with { HasMade = true };
            double prepared = Since(context, started);

            DrillPart? database = plan.Database is null
                ? null
                : await RestoreAsync(
                    context,
                    cancel,
                    Phases.Database,
                    new RestoreInput(input.Set, work.DatabaseMark, plan.Database, Owner: null, input.Parallelism)
                    {
                        DatabaseOnly = true,
                    }
                );
            made = made with { DatabaseRestored = database?.Result is not null };
            DrillPart files = await RestoreAsync(
                context,
                cancel,
                Phases.Files,
                new RestoreInput(input.Set, work.Files, Database: null, Owner: null, input.Parallelism)
                {
                    Selection = input.Selection,
                }
            );

            // From here on a cancel comes too late: what remains is the answer.
            cancel.ThrowIfCancelled();
            context.ShowStatus(new FlowStatus(Phases.Check));
            DateTime checking = context.CurrentUtcDateTime;
            DrillCheck check = await context.CallActivityAsync<DrillCheck>(
                nameof(CheckDrilled),
                new CheckDrilledInput(work, plan, database, files),
                Retries.Storage.Until(CancellationToken.None)
            );
            ImmutableArray<PhaseSeconds> phases =
            [
                new(Phases.Prepare, prepared),
                .. database is null ? [] : new[] { new PhaseSeconds(Phases.Database, database.Seconds) },
                new(Phases.Files, files.Seconds),
                new(Phases.Check, Since(context, checking)),
            ];
            var result = new DrillResult(
                input.Set,
                new DateTimeOffset(started, TimeSpan.Zero),
                Since(context, started),
                phases,
                files.Result?.Files ?? 0,
                files.Result?.Bytes ?? 0,
                check,
                WarningLines.Fit([
                    .. plan
                        .Warnings.Concat(database?.Result?.Warnings ?? [])
                        .Concat(files.Result?.Warnings ?? [])
                        .Distinct(StringComparer.Ordinal),
                ])
            )
            {
                Selection = input.Selection,
            };
            return await EndAsync(context, result, made);
        }
        catch (Exception e) when (e is TaskFailedException or AbfException)
        {
            context.ShowStatus(new FlowStatus(Phases.Finish));
            await CleanUpAsync(context, made);
            throw;
        }
    }

    /// <summary>Removes what was made, and stores the result beside the set.</summary>
    private static async Task<DrillResult> EndAsync(
        TaskOrchestrationContext context,
        DrillResult result,
        CleanUpDrillInput made
    )
    {
        context.ShowStatus(new FlowStatus(Phases.Finish));
        List<string> warnings = [.. result.Warnings, .. result.Check.Warnings];
        warnings.AddRange(await CleanUpAsync(context, made));
        try
        {
            RecordedDrill recorded = await context.CallActivityAsync<RecordedDrill>(
                nameof(RecordDrill),
                result,
                Retries.Check.Until(CancellationToken.None)
            );
            if (recorded.Fault is { } fault)
            {
                warnings.Add(fault);
            }
        }
        catch (TaskFailedException e)
        {
            warnings.Add($"the drill could not be recorded: {FlowFailure.From(e).Message}");
        }

        return result with
        {
            Warnings = WarningLines.Fit(warnings),
            Check = result.Check with { Warnings = [] },
        };
    }

    /// <summary>
    /// What is wrong with the set, or with what its restore came to, is a finding; all else ends the drill. A directory
    /// that refuses files says nothing of the set: it is full, or its disk is bad.
    /// </summary>
    private static async Task<DrillPart> RestoreAsync(
        TaskOrchestrationContext context,
        CancelSignal cancel,
        string phase,
        RestoreInput restore
    )
    {
        cancel.ThrowIfCancelled();
        context.ShowStatus(new FlowStatus(phase));
        DateTime began = context.CurrentUtcDateTime;
        try
        {
            string id = FanOut.NewId(context);
            Task<RestoreResult> work = context.CallSubOrchestratorAsync<RestoreResult>(
                nameof(RestoreFlow),
                restore,
                new SubOrchestrationOptions(instanceId: id)
            );
            RestoreResult result = await cancel.UnlessCancelledAsync(
                work,
                () => context.SendEvent(id, FlowEvents.CancelAfterStep, Nothing.Value)
            );
            return new DrillPart(result, Fault: null, Since(context, began));
        }
        catch (TaskFailedException e)
            when (FlowFailure.From(e) is { Kind: ErrorKind.Repository, IsRetryable: false }
                || (restore.DatabaseOnly && FlowFailure.From(e) is { Kind: ErrorKind.Target, IsRetryable: false })
            )
        {
            FlowFailure failure = FlowFailure.From(e);
            if (failure.Kind is ErrorKind.Target)
            {
                DrillProgress progress = await context.CallActivityAsync<DrillProgress>(
                    nameof(LookAtDrill),
                    restore,
                    Retries.Check.Until(CancellationToken.None)
                );
                if (!progress.HasBegun)
                {
                    throw;
                }
            }

            return new DrillPart(Result: null, failure.Message, Since(context, began));
        }
    }

    /// <returns>What could not be removed.</returns>
    private static async Task<ImmutableArray<string>> CleanUpAsync(
        TaskOrchestrationContext context,
        CleanUpDrillInput made
    )
    {
        try
        {
            CleanedDrill cleaned = await context.CallActivityAsync<CleanedDrill>(
                nameof(CleanUpDrill),
                made,
                Retries.Storage.Until(CancellationToken.None)
            );
            foreach (string warning in cleaned.Warnings)
            {
                Logs.DrillNotCleaned(context.CreateReplaySafeLogger(nameof(DrillFlow)), warning);
            }

            return cleaned.Warnings;
        }
        catch (TaskFailedException e)
        {
            string warning =
                $"what the drill made is still there, and the next drill removes it: {FlowFailure.From(e).Message}";
            Logs.DrillNotCleaned(context.CreateReplaySafeLogger(nameof(DrillFlow)), warning);
            return [warning];
        }
    }

    private static double Since(TaskOrchestrationContext context, DateTime began) =>
        Math.Round((context.CurrentUtcDateTime - began).TotalSeconds, 1);
}
