using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Has every core of the search service make a backup, waits until all of them came to their end, captures them, and has
/// them deleted. They are the run's own, by their name: no later one can take their place. An index can be built again, and
/// no other part of a set can: where it cannot be captured, the run goes on without it.
/// </summary>
internal sealed class SolrIndexPhase(BackupSteps steps, RunRef run, SourceCheck check, KeptPages kept)
{
    /// <summary>Between two looks. Each renews the run's lease.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>In characters, so that it has room in the history.</summary>
    private const int MaxFault = 1000;

    /// <summary>Why the run goes on without an index, a sentence; null where it does not.</summary>
    public string? Fault { get; private set; }

    /// <returns>Null where there is a <see cref="Fault"/>.</returns>
    public async Task<SearchIndexPart?> TryCaptureAsync(int attempt)
    {
        if (Fault is not null)
        {
            return null;
        }

        try
        {
            return await CaptureAsync(attempt);
        }
        catch (Exception e)
            when (e is TaskFailedException or AbfException
                && FlowFailure.From(e).Kind is ErrorKind.Source or ErrorKind.Configuration
            )
        {
            string fault = FlowFailure.From(e).Message;
            Fault = fault.Length <= MaxFault ? fault : fault[..MaxFault] + " ...";
            kept.MakeRoomFor(Fault);
            Logs.NoIndex(steps.Context.CreateReplaySafeLogger(nameof(HotBackupFlow)), run.Id.ToString(), Fault);
            return null;
        }
    }

    private async Task<SearchIndexPart> CaptureAsync(int attempt)
    {
        string backup = SolrCopy.NameOf(check.SolrOwner, run.Id, attempt);
        steps.Status.Begin(Phases.Index, "Solr makes its backup");
        DateTimeOffset started = steps.Now;
        SolrLook done = await WaitForBackupsAsync(new SolrBackupInput(run, backup, []), started + check.MaxWait);

        steps.Status.Begin(Phases.Index);
        SearchIndexCapture capture = await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<SearchIndexCapture>(
                nameof(CaptureSolr),
                new CaptureSolrInput(run, attempt, backup) { Room = kept.Room, Cores = done.Cores },
                steps.Retry(Retries.Capture)
            )
        );
        kept.Add(Pages.Index(attempt), capture.Page);
        DateTimeOffset ended = steps.Now;
        await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<Nothing>(
                nameof(PruneSolr),
                new SolrBackupInput(run, backup, []),
                steps.Retry(Retries.Check)
            )
        );
        return new SearchIndexPart(
            capture with
            {
                Page = null,
            },
            new PhaseTimes(Phases.Index, started, ended),
            CanChange: false
        );
    }

    private async Task<SolrLook> WaitForBackupsAsync(SolrBackupInput input, DateTimeOffset giveUpAt)
    {
        if (check.SolrOwner is not null)
        {
            SolrLook before = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<SolrLook>(nameof(PrepareSolr), input, steps.Retry(Retries.Check))
            );
            input = input with { Cores = before.Cores };
        }

        SolrLook look = await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<SolrLook>(nameof(StartSolr), input, steps.Retry(Retries.Check))
        );
        while (!look.IsDone)
        {
            if (steps.Now > giveUpAt)
            {
                throw new PermanentException(
                    ErrorKind.Source,
                    $"Solr's backup '{input.Backup}' of {look.Waiting} did not end within installation.index.maxWait "
                        + $"({check.MaxWait.TotalMinutes:0} min): look into Solr's log, or raise it."
                );
            }

            steps.Status.Begin(Phases.Index, $"Solr makes its backup of {look.Waiting}");
            await steps.WaitUntilAsync(steps.Now + LookEvery);
            look = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<SolrLook>(
                    nameof(ObserveSolr),
                    input with
                    {
                        Cores = look.Cores,
                    },
                    steps.Retry(Retries.Check)
                )
            );
        }

        return look;
    }
}
