using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Removes what drills before left that were killed, looks whether this one can be made, and makes its directory and,
/// on a server, its database. What it is about to make it writes down first.
/// </summary>
internal sealed class PrepareDrill(FlowEnvironment environment) : FlowActivity<DrillWork, DrillPlan>, IPhasedActivity
{
    public static string Phase => Phases.Prepare;

    public override async Task<DrillPlan> RunAsync(
        DrillWork work,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var traces = new DrillTraces(environment.Options);
        var remains = new DrillRemains(environment, progress.Warn);
        List<string> warnings = [];
        (await environment.Repository.OpenAsync(cancellationToken)).RequireContentKeys("A set cannot be restored");
        await RemoveOldAsync(work, traces, remains, warnings, cancellationToken);

        await using IAsyncDisposable held = await environment.Reading.HoldAsync(work.Input.Set, cancellationToken);
        SetManifest set = await SetReader.ReadManifestAsync(environment, work.Input.Set, cancellationToken);
        if (work.Input.Selection is { } selection)
        {
            SelectedParts.RequireRoots(set, selection);
        }

        RequireScratch(work.Input.Scratch);
        if (traces.TryRead(work.Id) is null)
        {
            // Whoever cannot be reached refuses here, before there is anything to be removed.
            if (set.Database is { } dump && work.GivenDatabase is { } given)
            {
                await CheckAsync(given, dump, progress, warnings, cancellationToken);
            }
            else if (set.Database is not null)
            {
                await remains.OpenServer(work.Input.Server!).ExistsAsync(work.DatabaseName, cancellationToken);
            }

            traces.Write(new DrillTrace(work, traces.Owner, DatabaseDone: set.Database is null));
        }

        DrillRemains.MakeDirectory(work);
        if (set.Database is null)
        {
            warnings.Add($"set {set.Id} has no database dump: its files alone are restored");
            return new DrillPlan(null, WarningLines.Fit(warnings));
        }

        if (work.GivenDatabase is { } named)
        {
            return new DrillPlan(named, WarningLines.Fit(warnings));
        }

        RestoreDatabaseTarget made = await MakeDatabaseAsync(work, remains, cancellationToken);
        await CheckAsync(made, set.Database, progress, warnings, cancellationToken);
        return new DrillPlan(made, WarningLines.Fit(warnings));
    }

    /// <summary>Empty, of the dump's vendor, and the tools are there.</summary>
    private async Task CheckAsync(
        RestoreDatabaseTarget target,
        DatabaseStamp dump,
        IProgressSink progress,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        DatabaseFacts facts = await target
            .Open(environment.Options, dump, progress.Warn)
            .CheckEmptyAsync(new DumpOrigin(dump.Vendor, dump.ServerVersion, dump.ToolVersion), cancellationToken);
        warnings.AddRange(facts.Warnings);
    }

    /// <summary>No other drill of this installation is at work: hosts see to that.</summary>
    private static async Task RemoveOldAsync(
        DrillWork work,
        DrillTraces traces,
        DrillRemains remains,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        foreach (DrillTrace old in traces.List().Where(trace => trace.Work.Id != work.Id))
        {
            // The administrator may need that one for something else by now. Who names it again says that it is for drills.
            if (!old.DatabaseDone && old.Work.Input.Database is { } given && given.Url != work.Input.Database?.Url)
            {
                warnings.Add(
                    $"a drill of set {old.Work.Input.Set} was interrupted, and its restore may still be in "
                        + $"{DatabaseConnection.FromRestoreUrl(given.Url, null, null).Place}: a drill with --database "
                        + "that names it empties it"
                );
                continue;
            }

            try
            {
                await remains.RemoveAsync(old, databaseRestored: false, cancellationToken);
            }
            catch (AbfException e)
            {
                warnings.Add($"what an interrupted drill of set {old.Work.Input.Set} made is still there: {e.Message}");
            }
        }
    }

    private static async Task<RestoreDatabaseTarget> MakeDatabaseAsync(
        DrillWork work,
        DrillRemains remains,
        CancellationToken cancellationToken
    )
    {
        RestoreDatabaseTarget given = work.Input.Server!;
        await remains.OpenServer(given).CreateAsync(work.DatabaseName, cancellationToken);
        return given with { Url = ServerUrl.Of(given.Url, work.DatabaseName) };
    }

    private void RequireScratch(string scratch)
    {
        if (!GivenPath.IsDirectory(scratch))
        {
            throw Fault($"--scratch '{scratch}' is no directory: create it, or name another one");
        }

        if (FileSystemRoom.WhyNotWritable(scratch) is { } why)
        {
            throw Fault($"--scratch '{scratch}' cannot be written ({why}): correct that, or name another one");
        }

        if (LiveRoots.TryDiscover(environment.Options, out _) is { } live)
        {
            foreach (ContentRoot root in live.Roots.Where(root => root.Holds(scratch)))
            {
                throw Fault(
                    $"--scratch '{scratch}' lies in {root.Setting} '{root.Path}', which every backup captures: name "
                        + "another one"
                );
            }
        }
    }

    private static PermanentException Fault(string message) => new(ErrorKind.Target, message);
}
