using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Repair;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Repair;

/// <summary>Stores again what the repository lost. May be called again, and beside everything else.</summary>
public sealed class Repairing(FlowEnvironment environment)
{
    private readonly ILogger _logger = environment.Loggers.CreateLogger(nameof(Repairing));

    /// <param name="onRead">Told of the bytes of each pack that was read, from several threads.</param>
    /// <exception cref="PermanentException">
    /// Configuration: this host writes only, or the mirror is none of this repository. Repository: the log has an alarm.
    /// </exception>
    public async Task<(RepairReport Report, ImmutableArray<LostDocument> Lost)> RunAsync(
        RepairRequest request,
        Action<long>? onRead,
        CancellationToken cancellationToken
    )
    {
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        repository.RequireContentKeys("A repository cannot be repaired");
        await using BackupRepository? mirror = await OpenMirrorAsync(request, cancellationToken);
        using LiveDocuments? live = request.IsLive
            ? new LiveDocuments(Installation.Discover(environment.Options.Installation))
            : null;
        RepairReport report = await new RepositoryRepair(
            repository,
            new RepairOptions
            {
                Mirror = mirror,
                Live = live,
                ReadsData = request.ReadsData,
                IsDryRun = request.IsDryRun,
                OnRead = onRead,
            }
        ).RunAsync(cancellationToken);
        if (!request.IsDryRun)
        {
            await environment.Repository.RememberHeadAsync(cancellationToken);
            Logs.Repaired(
                _logger,
                report.BadPacks.Length,
                report.LostIndexes.Length,
                report.StoredChunks,
                report.LostChunks,
                report.LostFiles
            );
        }

        return (report, await new LostDocuments(repository).NameAsync(report.Lost, cancellationToken));
    }

    private async Task<BackupRepository?> OpenMirrorAsync(RepairRequest request, CancellationToken cancellationToken)
    {
        if (request.Mirror is not { } url)
        {
            return null;
        }

        if (StorePlace.Of(url) == StorePlace.Of(environment.Options.Repository.Url))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "--from-mirror names the repository itself (repository.url): name a copy of it"
            );
        }

        var name = new StoreName("--from-mirror", "--connection-string-file");
        IBlobStore store = await environment.Stores.OpenMirror!(
            new MirrorPlace(name, url, request.ConnectionStringFile, IsNew: false, IsDryRun: false),
            cancellationToken
        );
        try
        {
            return await environment.Repository.OpenCopyAsync(store, cancellationToken);
        }
        catch (AbfException e) when (e.Message.Contains(store.Location, StringComparison.Ordinal))
        {
            // What a repository says of its place, such as that there is none.
            throw name.Tell(e);
        }
    }
}
