using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Captures a range of a content root until its end or the budget. The page holds totals and a reference to the rows of
/// the listing segments; history never sees a file.
/// </summary>
internal sealed class CaptureRange(FlowEnvironment environment)
    : PageActivity<CaptureRangeInput, CapturedStep>(environment, BackupJson.Default.CapturedStep),
        IPhasedActivity
{
    public static string Phase => Phases.Files;

    protected override string PageOf(CaptureRangeInput input) =>
        Pages.Range(input.Pass, input.RootNumber, input.Range, input.Step);

    protected override CapturedStep ForHistory(CapturedStep page) => page.ForHistory();

    protected override async Task<CapturedStep> ProduceAsync(
        RunContext run,
        RunWriter writer,
        CaptureRangeInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        Installation installation = run.DiscoverInstallation();
        string phase = input.Pass == 0 ? Phases.Seeding : Phases.Files;
        Inheritance inheritance = await Inheritance.OfAsync(run, cancellationToken);
        if (input.Root == ContentRoot.Configuration)
        {
            return await new ConfigurationCapture(
                installation.Configuration,
                input.Inherit is { } before ? inheritance.Open(before) : null
            ).RunAsync(writer, new StepBudget(run.Time), progress, phase, cancellationToken);
        }

        ContentRoot root = ContentRoots.Find(installation, input.Root);
        input = await WithTableAsync(run, input, progress, cancellationToken);
        using SourceTree tree = run.Roots.Open(root);
        RequireFilled(root, tree, input.Paths);
        ImmutableArray<SourceTree> elsewhere = ContentRoots.OpenElsewhere(installation, run.Roots, input.Root);
        var capture = new CaptureSetup(tree, elsewhere, input.Root)
        {
            Range = input.Paths,
            Inherit = input.Inherit,
            Inheritance = inheritance,
            Required = RequiredOf(run, input),
            Untouched = await UntouchedOfAsync(run, input, inheritance, progress, cancellationToken),
            FollowsLinks = input.Root == ContentRoot.Keystore,
            UsesTrustedDirectories = input.UsesTrustedDirectories,
            GrantsTrust = input.GrantsTrust,
            Class = ChunkClass.Content,
            Budget = new StepBudget(run.Time),
            Reads = run.SourceReads,
            Phase = phase,
            Warn = message => run.WarnOnce(progress, message),
        };
        try
        {
            return await capture.RunAsync(run.Chunks, writer, run.Time, progress, cancellationToken);
        }
        finally
        {
            foreach (SourceTree other in elsewhere)
            {
                other.Dispose();
            }
        }
    }

    /// <summary>
    /// The table of the list may be an older set's, and lost with it: then the list is read without it.
    /// </summary>
    private static async Task<CaptureRangeInput> WithTableAsync(
        RunContext run,
        CaptureRangeInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        if (input.RequiredSegments is not { } segments)
        {
            return input;
        }

        try
        {
            await new RequiredSegmentReader(run.Chunks, segments).RequireTableAsync(cancellationToken);
            return input;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            run.WarnOnce(
                progress,
                $"The table of the list of required files of {input.Root} is lost, and so the list is read: {e.Message}"
            );
            return input with { RequiredSegments = null };
        }
    }

    private static Func<PathRange, CancellationToken, IAsyncEnumerable<RequiredFile>>? RequiredOf(
        RunContext run,
        CaptureRangeInput input
    ) =>
        input.RequiredSegments is { } segments ? new RequiredSegmentReader(run.Chunks, segments).ReadAsync
        : input.Required is { } list ? run.OpenRequired(list).ReadAsync
        : null;

    /// <summary>
    /// Null where every segment is to be read: while seeding, in a full scan, where parts of the repository are lost, and
    /// where the parent does not say enough.
    /// </summary>
    private static async Task<UntouchedSegments?> UntouchedOfAsync(
        RunContext run,
        CaptureRangeInput input,
        Inheritance inheritance,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        if (
            !input.UsesTrustedDirectories
            || input.Pass == 0
            || input.Root == ContentRoot.Keystore
            || !inheritance.IsWhole
        )
        {
            return null;
        }

        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        RootStamp? root = parent?.Roots.FirstOrDefault(stamp => stamp.Name == input.Root);
        if (
            root?.DirectoryTable is not { } table
            || root.Listing != input.Inherit
            || !ProvedBefore.Knows(parent!.Consistency, root, input.Required, input.RequiredSegments)
        )
        {
            return null;
        }

        try
        {
            return new UntouchedSegments(
                run.Chunks,
                root.Listing,
                table,
                await ProvedBefore.RequiredChangesAsync(run.Chunks, root, input.RequiredSegments, cancellationToken)
            );
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            run.WarnOnce(
                progress,
                $"What changed in {root.Name} since set {parent!.Id} cannot be told, and so all of it is read: {e.Message}"
            );
            return null;
        }
    }

    /// <summary>
    /// A range that begins within the root was cut from what was in it: also a process that never saw the volume
    /// notices that it is gone.
    /// </summary>
    private static void RequireFilled(ContentRoot root, SourceTree tree, PathRange range)
    {
        if (range.From is not null && tree.TryReadDirectory(default) is not { Count: > 0 })
        {
            throw new TransientException(
                ErrorKind.Source,
                $"{root.Setting} '{root.Path}' is empty, and was not when the run began: its volume was unmounted, "
                    + "or somebody emptied it. Mount it again."
            );
        }
    }
}
