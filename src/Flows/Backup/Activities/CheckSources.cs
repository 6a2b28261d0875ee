using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The preflight: everything that the phases need is there and can be read, before any of it is. Its result is all that
/// the flow knows of the configuration.
/// </summary>
internal sealed class CheckSources(FlowEnvironment environment)
    : RunActivity<CheckSourcesInput, SourceCheck>(environment)
{
    /// <summary>Taken for granted where there is no earlier set to go by.</summary>
    private static readonly TimeSpan LongestIndexAndDatabase = TimeSpan.FromHours(6);

    private static readonly TimeSpan UsualIndexAndDatabase = TimeSpan.FromMinutes(10);

    /// <summary>A busy night may take half as long again.</summary>
    private const double Margin = 1.5;

    /// <summary>Lost packs.</summary>
    private const int MaxNamed = 5;

    protected override async Task<SourceCheck> WorkAsync(
        RunContext run,
        CheckSourcesInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        BackupOptions options = run.Options;
        Installation installation = run.DiscoverInstallation();
        OwnDirectories.RequireApart(options, Captured(installation));
        installation.CheckRoots(input.AcceptContentLoss);
        foreach (ContentRoot root in installation.Roots)
        {
            run.Roots.Open(root).Dispose();
        }

        ConfigurationTree.Read(installation.Configuration, new CaptureNotes(ContentRoot.Configuration)).Dispose();
        DatabaseFacts database = await installation.Database.OpenSource(progress.Warn).CheckAsync(cancellationToken);
        AcknowledgedFiles.Read(options, installation);
        if (installation.Index is { RefreshCommand.IsEmpty: true } index)
        {
            RequireIndexBackup(index, new SearchIndexBackup(index, run.Time));
        }

        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        RootStamp[] content = [.. parent?.Roots.Where(root => root.Class == ChunkClass.Content) ?? []];
        string[] goneRoots = [.. GoneRoots(installation, parent, input.AcceptContentLoss)];
        bool fullScan = Freshness.IsFullScanDue(
            parent?.FullScan,
            parent?.Started,
            options.Backup.FullScanEvery,
            run.Time.GetUtcNow()
        );
        LostPacks lost = fullScan ? await run.FindLostPacksAsync(cancellationToken) : LostPacks.None;
        return new SourceCheck
        {
            HasIndex = installation.Index is not null,
            Mirrors = options.Mirror.Length > 0,
            Retains = !KeepRules.Of(options.Retention).IsEmpty,
            MaxWait = installation.Index?.MaxWait ?? TimeSpan.Zero,
            RefreshesIndex = installation.Index is { RefreshCommand.IsEmpty: false },
            FilesMustEndWithin = FilesMustEndWithin(installation),
            ExpectedIndexAndDatabase = ExpectedIndexAndDatabase(parent),
            SeedsFirst =
                parent?.Phase(Phases.Files) is { } files && files.Ended - files.Started > Freshness.SeedsBeyond,
            FullScan = fullScan,
            Parallelism = Math.Clamp(options.Backup.Parallelism, 1, 32),
            Roots = [.. ContentRoots.Of(installation).Select(root => root.Name)],
            ExpectedFiles = content.Sum(root => root.Files),
            ExpectedBytes = content.Sum(root => root.Bytes),
            Warnings = WarningLines.Fit([
                .. Warnings(lost, progress),
                .. goneRoots,
                .. installation.Warnings,
                .. database.Warnings,
                .. Environment.Loaded.Warnings,
            ]),
        };
    }

    /// <summary>Directories that the run captures, and what holds a captured file.</summary>
    private static IEnumerable<ContentRoot> Captured(Installation installation)
    {
        IEnumerable<ContentRoot> roots = installation.Roots.Concat(
            installation
                .Configuration.Where(file => GivenPath.IsDirectory(file.Path))
                .Select(file => new ContentRoot(ContentRoot.Configuration, file.Path, file.Setting))
        );
        return installation.Index is { } copy
            ? roots.Append(new ContentRoot(ContentRoots.Index, copy.Path, "the index backup"))
            : roots;
    }

    /// <summary>While the job is running nothing can be said of its target.</summary>
    private static void RequireIndexBackup(SearchIndexSource index, SearchIndexBackup backup)
    {
        SearchIndexObservation seen = backup.Observe();
        if (seen.IsAbsent)
        {
            throw SearchIndexWindow.Absent(index);
        }

        if (!seen.IsRunning && !backup.HasBytes() && SearchIndexCopy.GenerationOf(backup.Observe()) is not null)
        {
            throw SearchIndexWindow.Empty(index);
        }
    }

    /// <summary>
    /// A whole root that the set before has: its volume may be unmounted. Of the cleaner's directory it is only said;
    /// administrators empty that one.
    /// </summary>
    private static IEnumerable<string> GoneRoots(Installation installation, SetManifest? parent, bool accepts)
    {
        IEnumerable<RootStamp> before =
            parent?.Roots.Where(root => root.Class == ChunkClass.Content && root.Files > 0) ?? [];
        string[] names = [.. ContentRoots.Of(installation).Select(root => root.Name)];
        foreach (RootStamp gone in before.Where(root => !names.Contains(root.Name)))
        {
            string what =
                $"The content root '{gone.Name}' ('{gone.Path}', {gone.Files} files in the set before) is not there";
            yield return accepts || gone.Name is ContentRoot.Deleted or ContentRoot.Configuration
                ? $"{what}: it is not in this set."
                : throw new PermanentException(
                    ErrorKind.Source,
                    $"{what}. Is its volume mounted? If this is right, run the backup with --accept-content-loss."
                );
        }
    }

    private static IEnumerable<string> Warnings(LostPacks lost, IProgressSink progress)
    {
        if (lost.Count == 0)
        {
            return [];
        }

        string more = lost.Count > MaxNamed ? ", ..." : string.Empty;
        string names = string.Join(", ", lost.Packs.Take(MaxNamed).Select(pack => pack.BlobName)) + more;
        string warning =
            $"The repository lost {lost.Count} packs ({names}): every file that this set needs of them is read and "
            + "stored again. Run 'abf verify': it names what older sets lack.";
        progress.Warn(warning);
        return [warning];
    }

    /// <summary>
    /// Half of the days for which the cleaner spares an orphan; where it spares none, a few hours, and a warning
    /// elsewhere says that it is unsafe.
    /// </summary>
    private static TimeSpan FilesMustEndWithin(Installation installation) =>
        installation.OrphanProtectDays > 0
            ? TimeSpan.FromDays(installation.OrphanProtectDays) / 2
            : Freshness.SeedsBeyond;

    private static TimeSpan ExpectedIndexAndDatabase(SetManifest? parent)
    {
        if (parent?.Phase(Phases.Database) is not { } database)
        {
            return UsualIndexAndDatabase;
        }

        DateTimeOffset started = parent.Phase(Phases.Index)?.Started ?? database.Started;
        TimeSpan expected = (database.Ended - started) * Margin + TimeSpan.FromMinutes(1);

        // A run that was interrupted between its phases took long only by the clock; the look after SQL guards what
        // this cap lets through.
        return expected < TimeSpan.Zero ? UsualIndexAndDatabase // the clock was put back between the two
            : expected < LongestIndexAndDatabase ? expected
            : LongestIndexAndDatabase;
    }
}
