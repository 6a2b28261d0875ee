using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Feeds the dump to the vendor's client. The marker says how far an earlier attempt came: one that was killed between
/// the client's commit and the marker left a database that is no longer empty, and whose dump is in, because the client
/// commits only after the dump's last line.
/// </summary>
internal sealed class RestoreDatabase(FlowEnvironment environment)
    : FlowActivity<RestoreInput, RestoredDatabase>,
        IPhasedActivity
{
    public static string Phase => Phases.Database;

    public override async Task<RestoredDatabase> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(input.Set, cancellationToken);
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        DatabaseStamp stamp = set.Manifest.Database!;
        RestoreDatabaseTarget named = input.Database!;
        IDatabaseTarget database = named.Open(environment.Options, stamp, progress.Warn);
        var marker = new TargetMarker(input.Target);
        TargetMark mark =
            marker.TryRead()
            ?? throw new PermanentException(
                ErrorKind.Target,
                $"'{input.Target}' lost its marker {TargetMarker.Name} during the restore; start again with an empty "
                    + "directory."
            );
        DatabaseProgress reached = mark.ProgressOf(named);
        if (
            reached == DatabaseProgress.Restored
            || (reached == DatabaseProgress.Started && !await database.TakeOverAsync(cancellationToken))
        )
        {
            marker.Write(mark with { Database = DatabaseProgress.Restored, Url = named.Url });
            return new RestoredDatabase([]);
        }

        marker.Write(mark with { Database = DatabaseProgress.Started, Url = named.Url });
        DatabaseRestoreResult result;
        try
        {
            result = await database.RestoreAsync(
                (stream, token) => set.CopyDumpAsync(stamp, stream, progress, Phases.Database, token),
                cancellationToken
            );
        }
        catch (PermanentException)
        {
            // It was refused and says so itself: whatever the database holds later is not this dump. After a fault of
            // the connection it may be in nevertheless, and the next attempt looks.
            marker.Write(mark with { Database = DatabaseProgress.Untouched, Url = named.Url });
            throw;
        }

        marker.Write(mark with { Database = DatabaseProgress.Restored, Url = named.Url });
        return new RestoredDatabase(WarningLines.Fit(result.Warnings));
    }
}
