using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The one write that makes a set. Idempotent by the log: a commit whose answer was lost is found there.
/// </summary>
internal sealed class CommitSet(FlowEnvironment environment)
    : FlowActivity<CommitSetInput, HotBackupResult>,
        IPhasedActivity
{
    public static string Phase => Phases.Commit;

    public override async Task<HotBackupResult> RunAsync(
        CommitSetInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        HotBackupResult result = Summarize(await ReadOrCommitAsync(input, cancellationToken)) with
        {
            IndexFault = input.IndexFault,
        };
        BackupOutcome.Committed(environment.Loggers, result);
        return result;
    }

    private async Task<SetManifest> ReadOrCommitAsync(CommitSetInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await environment.Runs.WorkAsync(
                input.Run,
                (run, token) => CommitAsync(input, run, token),
                cancellationToken
            );
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Busy)
        {
            // A run that has its set is no longer open: another attempt of this activity may have committed it.
            if (await TryReadCommittedAsync(input.Run.Id, cancellationToken) is { } manifest)
            {
                return manifest;
            }

            throw;
        }
    }

    private async Task<SetManifest?> TryReadCommittedAsync(RunId run, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return head.State.FindSet(run) is { } set
            ? await repository.Log.ReadManifestAsync(set, cancellationToken)
            : null;
    }

    private async Task<SetManifest> CommitAsync(
        CommitSetInput input,
        RunContext run,
        CancellationToken cancellationToken
    )
    {
        run.Keep(input);
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        Installation installation = run.DiscoverInstallation();
        CapturedParts parts = await CapturedParts.ReadAsync(input, run, cancellationToken);
        ImmutableArray<NamedFile> named = await ReadNamedAsync(parts.Consistency.Named, run, cancellationToken);
        LogHead head = input.FullScan
            ? await environment.Repository.RereadLogAsync(cancellationToken)
            : await environment.Repository.LookAtLogAgainAsync(cancellationToken);
        if (head.State.FindSet(run.Run.Id) is { } committed)
        {
            return await run.Repository.Log.ReadManifestAsync(committed, cancellationToken);
        }

        RebuiltChunkIndex healed = await run.Repository.HealIndexAsync(
            head.State,
            run.Run.Id,
            input.FullScan,
            cancellationToken
        );
        SetManifest built = ManifestBuilder.Build(input, parts, installation, parent, named, SetCheckRecording.Tool);
        SetManifest manifest = built with
        {
            Indexes = healed.Indexes.AddRange(built.Indexes),
            Warnings = healed.Warnings.AddRange(built.Warnings),
        };
        await RequireStreamsAsync(manifest, run, cancellationToken);
        await run.Repository.Log.CommitAsync(run.Run.Id, input.Base, manifest, cancellationToken);
        await environment.Repository.RememberHeadAsync(cancellationToken);
        return manifest;
    }

    private static async Task RequireStreamsAsync(
        SetManifest manifest,
        RunContext run,
        CancellationToken cancellationToken
    ) =>
        await run.Repository.RequireStreamsAsync(
            run.Index,
            await run.LostPacksAsync(cancellationToken),
            manifest.Indexes,
            run.Chunks,
            manifest.Database,
            manifest.Roots.Select(root => (root.Listing, root.Required, root.DirectoryTable)),
            manifest.Shortcuts,
            cancellationToken
        );

    private static async Task<ImmutableArray<NamedFile>> ReadNamedAsync(
        ContentRef? named,
        RunContext run,
        CancellationToken cancellationToken
    )
    {
        if (named is null)
        {
            return [];
        }

        await using Stream stream = run.Chunks.OpenRead(named, ChunkClass.Metadata);
        return await JsonSerializer.DeserializeAsync(
            stream,
            BackupJson.Default.ImmutableArrayNamedFile,
            cancellationToken
        );
    }

    private static HotBackupResult Summarize(SetManifest manifest) =>
        new()
        {
            Set = manifest.Id,
            Consistent = manifest.Consistency is { Consistent: true, IsProven: true },
            Unproven = manifest.Consistency.Unproven,
            WrongSizes = manifest.Consistency.WrongSizes,
            LooksEncoded = manifest.Consistency.LooksEncoded,
            Missing = manifest.Consistency.Missing - manifest.Consistency.Acknowledged,
            SourceMissing = manifest.Consistency.SourceMissing,
            SourceChanged = manifest.Consistency.SourceChanged,
            Files = manifest.Totals.Files,
            Bytes = manifest.Totals.Bytes,
            AddedBytes = manifest.Totals.AddedBytes,
            Warnings = WarningLines.Fit(manifest.Index.Warnings.Except(manifest.Warnings).Concat(manifest.Warnings)),
        };
}
