using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The preflight: everything that the phases need is there and can be read, before any of it is. Its result is all that
/// the flow knows of the configuration.
/// </summary>
internal sealed class CheckSources(FlowEnvironment environment)
    : RunActivity<CheckSourcesInput, SourceCheck>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.Check;

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
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        ImmutableArray<Notice> found = await Examination.PreflightAsync(
            new Subject
            {
                Loaded = Environment.Loaded,
                Installation = installation,
                Time = run.Time,
                AcceptContentLoss = input.AcceptContentLoss,
                OpenRoot = run.Roots.Open,
                Tell = progress.Warn,
                Earlier = parent is null ? [] : [parent],
            },
            cancellationToken
        );
        RootStamp[] content = [.. parent?.Roots.Where(root => root.Class == ChunkClass.Content) ?? []];
        bool fullScan = Freshness.IsFullScanDue(
            parent?.FullScan,
            parent?.Started,
            options.Backup.FullScanEvery,
            run.Time.GetUtcNow()
        );
        if (!fullScan)
        {
            run.NoteNotLookedForPacks();
        }

        LostPacks lost = fullScan ? await run.FindLostPacksAsync(cancellationToken) : LostPacks.None;
        return new SourceCheck
        {
            HasIndex = installation.Index is not null,
            HasSolr = installation.Solr is not null,
            SolrOwner = installation.Solr is null ? null : SolrCopy.OwnerOf(run.Repository.Id, installation.Name),
            Mirrors = options.Mirror.Length > 0,
            Retains = !KeepRules.Of(options.Retention).IsEmpty,
            MaxWait = installation.Index?.MaxWait ?? installation.Solr?.MaxWait ?? TimeSpan.Zero,
            RefreshesIndex = installation.Index is { RefreshCommand.IsEmpty: false },
            FilesMustEndWithin = FilesMustEndWithin(installation),
            ExpectedIndexAndDatabase = ExpectedTimes.IndexAndDatabase(parent),
            SeedsFirst =
                parent?.Phase(Phases.Files) is { } files && files.Ended - files.Started > Freshness.SeedsBeyond,
            FullScan = fullScan,
            Parallelism = Math.Clamp(options.Backup.Parallelism, 1, 32),
            Roots = [.. ContentRoots.Of(installation).Select(root => root.Name)],
            ExpectedFiles = content.Sum(root => root.Files),
            ExpectedBytes = content.Sum(root => root.Bytes),
            Warnings = WarningLines.Fit([.. Warnings(lost, progress), .. found.Select(static notice => notice.Line)]),
        };
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
}
