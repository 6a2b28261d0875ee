using System.Buffers;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Removes what a drill made, and nothing else: the database that bears its id, or what bears its mark in the one that
/// was given; the directory that has its marker. May be called again, and after a kill anywhere.
/// </summary>
internal sealed class DrillRemains(FlowEnvironment environment, Action<string> tell)
{
    private const string Marker = ".abf-drill";
    private const int MaxMarkerBytes = 4096;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly DrillTraces _traces = new(environment.Options);

    public static void MakeDirectory(DrillWork work)
    {
        using (TargetTree made = TargetTree.Open(work.Directory, create: true))
        {
            OwnTree own = OwnTree.OpenShared(work.Directory);
            own.Delete($"{Marker}.new");
            own.Replace(Marker, $"{Marker}.new", Encoding.UTF8.GetBytes(work.Id));
        }

        if (!GivenPath.IsDirectory(work.DatabaseMark))
        {
            using TargetTree tree = TargetTree.Open(work.Directory);
            tree.CreateDirectory("database"u8);
        }
    }

    public IDatabaseServer OpenServer(RestoreDatabaseTarget server)
    {
        DatabaseConnection connection = ServerUrl.Parse(
            server.Url,
            server.PasswordOf(environment.Options),
            server.ToolPath,
            "--server"
        );
        return (connection with { MaxWait = environment.Options.Installation.Database.MaxWait }).OpenServer();
    }

    /// <param name="databaseRestored">The restore of the database came to its end: what is in it is the drill's.</param>
    public async Task RemoveAsync(DrillTrace trace, bool databaseRestored, CancellationToken cancellationToken)
    {
        DrillWork work = trace.Work;
        if (work.Id.Length != 32 || work.Id.AsSpan().ContainsAnyExcept(Digits))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: a trace of a drill has the id '{work.Id}', which no drill has; delete it"
            );
        }

        // The database first: how far it is stands in the directory.
        if (!trace.DatabaseDone)
        {
            if (work.Input.Server is { } server)
            {
                await OpenServer(server).DropAsync(work.DatabaseName, cancellationToken);
            }
            else if (work.GivenDatabase is { } given)
            {
                await EmptyAsync(work, given, databaseRestored, cancellationToken);
            }

            _traces.Write(trace with { DatabaseDone = true });
        }

        RemoveDirectory(work);
        _traces.Remove(work.Id);
    }

    /// <summary>Only what bears the drill's mark: it may have become somebody else's since, whatever rows it has.</summary>
    private async Task EmptyAsync(
        DrillWork work,
        RestoreDatabaseTarget given,
        bool databaseRestored,
        CancellationToken cancellationToken
    )
    {
        IDatabaseTarget database = given.Open(environment.Options, dump: null, tell);
        if (await database.IsMarkedAsync(cancellationToken))
        {
            await database.ClearAsync(cancellationToken);
        }
        else if (
            databaseRestored
            || (
                GivenPath.IsDirectory(work.DatabaseMark)
                && new TargetMarker(work.DatabaseMark).TryRead()?.ProgressOf(given) is DatabaseProgress.Restored
            )
        )
        {
            string place = DatabaseConnection.FromRestoreUrl(given.Url, password: null, toolPath: null).Place;
            tell(
                $"a drill restored set {work.Input.Set} into {place}, where its mark (table {work.DatabaseName}) is gone: "
                    + "what is there may be somebody else's, and is left; empty it by hand if nobody needs it"
            );
        }
    }

    /// <summary>The directory holds the marker of this drill.</summary>
    private static bool IsMarked(DrillWork work)
    {
        try
        {
            return OwnTree.OpenShared(work.Directory).TryReadAll(Marker, MaxMarkerBytes) is { } id
                && Encoding.UTF8.GetString(id) == work.Id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotRemoved(work, e);
        }
    }

    /// <summary>The marker goes last, so that a kill leaves a directory that is known.</summary>
    private static void RemoveDirectory(DrillWork work)
    {
        if (!GivenPath.IsDirectory(work.Directory))
        {
            return;
        }

        bool isOurs = IsMarked(work);
        try
        {
            bool isNew = GivenPath.NamesIn(work.Directory).All(static name => name == $"{Marker}.new");
            if (!isOurs && !isNew)
            {
                throw new PermanentException(
                    ErrorKind.Target,
                    $"'{work.Directory}' bears the name of a drill's directory and has no marker of it ({Marker}): it is "
                        + "left alone; remove it by hand if nobody needs it"
                );
            }

            ScratchDirectory.Delete(work.Files);
            ScratchDirectory.Delete(work.DatabaseMark);
            ScratchDirectory.Delete(work.Directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotRemoved(work, e);
        }
    }

    private static PermanentException NotRemoved(DrillWork work, Exception cause) =>
        new(
            ErrorKind.Target,
            $"'{work.Directory}', which a drill made, cannot be removed ({cause.Message}); correct that: the next drill "
                + "removes it",
            cause
        );
}
