using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// The hot backup: index, then SQL, then files, then the one write that makes them a set. The order is the product's
/// reason to be: an index newer than the database stops Solr's tracker, and a row whose file was not captured is an
/// orphan node.
/// </summary>
public sealed class HotBackupFlow : TaskOrchestrator<HotBackupInput, HotBackupResult>
{
    public override async Task<HotBackupResult> RunAsync(TaskOrchestrationContext context, HotBackupInput input)
    {
        using var steps = new BackupSteps(context);
        var run = new RunRef(input.Run, Parent: null);
        try
        {
            DateTimeOffset started = steps.Now;
            steps.Status.Begin(Phases.Open);
            OpenedRun opened = await context.CallActivityAsync<OpenedRun>(
                nameof(OpenRun),
                new OpenRunInput(input.Run, input.Supersedes, input.LogSeen),
                steps.Retry(Retries.Storage)
            );
            run = run with { Parent = opened.Parent };

            steps.Status.Begin(Phases.Check);
            SourceCheck check = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<SourceCheck>(
                    nameof(CheckSources),
                    new CheckSourcesInput(run, input.AcceptContentLoss),
                    steps.Retry(Retries.Check)
                )
            );

            var kept = new KeptPages(check.Warnings);
            var files = new FilesPhase(steps, run, check, kept, input.AcceptContentLoss);
            if (check.SeedsFirst)
            {
                await files.SeedAsync();
            }

            CapturedPhases captured = await CaptureInOrderAsync(steps, run, check, files, kept);

            steps.Status.Begin(Phases.Consistency);
            ConsistencyResult proof = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<ConsistencyResult>(
                    nameof(CheckConsistency),
                    captured.ToProve(run, check, kept),
                    steps.Retry(Retries.Storage)
                )
            );

            kept.Add(Pages.Consistency(captured.Attempt), proof.Page);

            steps.Status.Begin(Phases.Commit);
            MergedChunkIndex merged = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<MergedChunkIndex>(
                    nameof(MergeChunkIndex),
                    captured.ToMerge(run, [.. kept.Names], kept.Room),
                    steps.Retry(Retries.Storage)
                )
            );
            kept.Add(Pages.MergedChunkIndex, merged.Page);
            CommitSetInput commit = captured.ToCommit(run, opened, started, steps.Now, check, kept);

            // From here on a cancel comes too late: whoever gave up waiting could not say whether there is a set.
            HotBackupResult result = await context.CallActivityAsync<HotBackupResult>(
                nameof(CommitSet),
                commit,
                steps.Retry(Retries.Storage)
            );

            steps.Status.Begin(Phases.Close);
            await CloseAsync(context, new CloseRunInput(run, Reason: null), steps.Retry(Retries.Storage));
            result = check.Mirrors ? await MirrorAsync(context, result) : result;
            return check.Retains ? await RetainAsync(context, result) : result;
        }
        catch (Exception e) when (e is TaskFailedException or AbfException)
        {
            FlowFailure failure = FlowFailure.From(e);
            BackupOutcome.Failed(context, run, failure);
            await CloseAsync(context, new CloseRunInput(run, failure.Message), steps.Retry(Retries.Check));
            throw;
        }
    }

    /// <summary>
    /// Index, SQL, files; taken again from the index when the parts no longer fit each other. What was uploaded stays
    /// uploaded.
    /// </summary>
    private static async Task<CapturedPhases> CaptureInOrderAsync(
        BackupSteps steps,
        RunRef run,
        SourceCheck check,
        FilesPhase files,
        KeptPages kept
    )
    {
        var index = new SearchIndexPhase(steps, run, check, kept);
        var solr = new SolrIndexPhase(steps, run, check, kept);
        var database = new DatabasePhase(steps, run, index, check.FullScan, kept);
        for (int attempt = 1; ; attempt++)
        {
            SearchIndexPart? indexPart =
                check.HasIndex ? await index.CaptureAsync(attempt)
                : check.HasSolr ? await solr.TryCaptureAsync(attempt)
                : null;
            (DatabasePart? databasePart, string? misfit) = await database.DumpAsync(attempt, indexPart);
            if (databasePart is not null)
            {
                FilesPart? filesPart = await files.CaptureAsync(attempt, databasePart);
                if (filesPart is not null)
                {
                    return new CapturedPhases(attempt, indexPart, databasePart, filesPart) { IndexFault = solr.Fault };
                }

                misfit = "the files phase did not end within half of orphanProtectDays after the dump";
            }

            if (attempt == Freshness.MaxVoids)
            {
                throw new PermanentException(
                    ErrorKind.Busy,
                    $"The phases were voided {attempt} times, the last time because {misfit}. Run the backup at "
                        + "another hour."
                );
            }
        }
    }

    /// <summary>Copies to other stores. The set is whole, whatever comes of that.</summary>
    private static async Task<HotBackupResult> MirrorAsync(TaskOrchestrationContext context, HotBackupResult result)
    {
        string? fault;
        try
        {
            MirrorResult mirrored = await context.CallSubOrchestratorAsync<MirrorResult>(
                nameof(MirrorFlow),
                new MirrorInput(result.Set),
                new SubOrchestrationOptions(instanceId: FanOut.NewId(context))
            );
            fault = mirrored.Faults.IsDefaultOrEmpty ? null : string.Join('\n', mirrored.Faults);
        }
        catch (TaskFailedException e)
        {
            fault = FlowFailure.From(e).Message;
        }

        if (fault is not null)
        {
            Logs.MirrorFailed(context.CreateReplaySafeLogger(nameof(HotBackupFlow)), result.Set.ToString(), fault);
        }

        return result with
        {
            MirrorFault = fault,
        };
    }

    /// <summary>Forgets and prunes. The set is whole, whatever comes of that.</summary>
    private static async Task<HotBackupResult> RetainAsync(TaskOrchestrationContext context, HotBackupResult result)
    {
        try
        {
            RetentionResult retained = await context.CallSubOrchestratorAsync<RetentionResult>(
                nameof(RetentionFlow),
                new RetentionInput(result.Set),
                new SubOrchestrationOptions(instanceId: FanOut.NewId(context))
            );
            return result with { Forgotten = retained.Forgotten };
        }
        catch (TaskFailedException e)
        {
            FlowFailure failure = FlowFailure.From(e);
            Logs.RetentionFailed(
                context.CreateReplaySafeLogger(nameof(HotBackupFlow)),
                result.Set.ToString(),
                failure.Kind,
                failure.Message
            );
            return result with { RetentionFault = failure.Message };
        }
    }

    /// <summary>
    /// Gives the lease back, and ends a run without a set in the log. Neither is needed, so the run's outcome stays
    /// what it is where they fail. The lease expires by itself. A failed commit may have happened all the same; the log
    /// knows, and an abort after one's own set is refused there.
    /// </summary>
    private static async Task CloseAsync(TaskOrchestrationContext context, CloseRunInput input, TaskOptions retry)
    {
        try
        {
            await context.CallActivityAsync<Nothing>(nameof(CloseRun), input, retry);
        }
        catch (TaskFailedException e)
        {
            Logs.CloseFailed(
                context.CreateReplaySafeLogger(nameof(HotBackupFlow)),
                input.Run.Id.ToString(),
                FlowFailure.From(e).Message
            );
        }
    }
}
