using System.Collections.Immutable;
using System.Reflection;
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

/// <summary>The one write that makes a set. Idempotent by the log: a seal whose answer was lost is found there.</summary>
internal sealed class SealSet(FlowEnvironment environment) : FlowActivity<SealSetInput, HotBackupResult>
{
    private static readonly string Tool =
        $"abf {typeof(SealSet).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    public override async Task<HotBackupResult> RunAsync(SealSetInput input, IProgressSink progress, CancellationToken cancellationToken)
    {
        RunId run = RunId.Parse(input.Run.Run);
        try
        {
            return Summarize(
                await TryReadSealedAsync(run, cancellationToken)
                ?? await environment.Runs.WorkAsync(input.Run.Run, (scope, token) => SealAsync(input, scope, token), cancellationToken));
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Busy)
        {
            // A run that has its set is no longer open: another attempt of this activity may have sealed it since the look.
            if (await TryReadSealedAsync(run, cancellationToken) is { } manifest)
            {
                return Summarize(manifest);
            }

            throw;
        }
    }

    private async Task<SetManifest?> TryReadSealedAsync(RunId run, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return head.State.FindSet(run) is { } set ? await repository.Log.ReadManifestAsync(set, cancellationToken) : null;
    }

    private async Task<SetManifest> SealAsync(SealSetInput input, RunScope scope, CancellationToken cancellationToken)
    {
        SetManifest? parent = await scope.ReadParentAsync(input.Run.Parent, cancellationToken);
        Installation installation = environment.Runs.DiscoverInstallation();
        CapturedParts parts = await CapturedParts.ReadAsync(input, scope, cancellationToken);
        ImmutableArray<NamedFile> named = await ReadNamedAsync(parts.Consistency.Named, scope, cancellationToken);
        LogHead head = await environment.Runs.RereadLogAsync(cancellationToken);
        RebuiltChunkIndex healed = await scope.Repository.HealIndexAsync(head.State, scope.Run, input.FullScan, cancellationToken);
        SetManifest built = ManifestBuilder.Build(input, parts, installation, parent, named, Tool);
        SetManifest manifest = built with { Indexes = healed.Indexes.AddRange(built.Indexes), Warnings = healed.Warnings.AddRange(built.Warnings) };
        await RequireStreamsAsync(manifest, scope, cancellationToken);
        await scope.Repository.Log.SealAsync(scope.Run, input.Base, manifest, cancellationToken);
        await environment.Runs.RememberHeadAsync(cancellationToken);
        return manifest;
    }

    private static async Task RequireStreamsAsync(SetManifest manifest, RunScope scope, CancellationToken cancellationToken) => await scope.Repository.RequireStreamsAsync(
        scope.Index,
        await scope.LostPacksAsync(cancellationToken),
        manifest.Indexes,
        scope.Chunks,
        manifest.Database?.Dump,
        manifest.Roots.Select(root => (root.Listing, root.Required)),
        cancellationToken);

    private static async Task<ImmutableArray<NamedFile>> ReadNamedAsync(ContentRef? named, RunScope scope, CancellationToken cancellationToken)
    {
        if (named is null)
        {
            return [];
        }

        await using Stream stream = scope.Chunks.OpenRead(named, ChunkClass.Metadata);
        return await JsonSerializer.DeserializeAsync(stream, FlowJson.Default.ImmutableArrayNamedFile, cancellationToken);
    }

    private static HotBackupResult Summarize(SetManifest manifest) => new(
        manifest.Id.ToString(),
        manifest.Consistency.Consistent,
        manifest.Consistency.Missing - manifest.Consistency.Acknowledged,
        manifest.Consistency.SourceMissing,
        manifest.Consistency.SourceChanged,
        manifest.Totals.Files,
        manifest.Totals.Bytes,
        manifest.Totals.AddedBytes,
        WarningLines.Fit(manifest.Index.Warnings.Except(manifest.Warnings).Concat(manifest.Warnings)));
}
